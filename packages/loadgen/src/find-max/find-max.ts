import { redirectGrpcLog } from "@hey/rpc";
import {
  duration,
  formatDuration,
  type Io,
  integer,
  list,
  number,
  type ParsedSettings,
  type SettingsOf,
  text,
  withVariables,
} from "@hey/runtime";
import { environmentOf } from "../environment.ts";
import { createInputs } from "../inputs.ts";
import { judge, parseThreshold } from "../judge/threshold.ts";
import { seedOf } from "../plan/random.ts";
import { neededFor } from "../record/histogram.ts";
import { formatCount } from "../report/format.ts";
import { openOutputsOf, outputProblem, printersOf } from "../report/outputs.ts";
import type { Report, TargetDescription } from "../report/report.ts";
import { exitCodes, type Invocation, measure, stoppedEarly } from "../run.ts";
import { callsSettings } from "../settings/calls-settings.ts";
import { outcomeSettings } from "../settings/outcome-settings.ts";
import { mostPerSecond, parseShare } from "../settings/parse.ts";
import { prefixed, problemOf } from "../settings/problem.ts";
import { recordedCommand } from "../settings/recorded-command.ts";
import { scheduleSettings } from "../settings/schedule-settings.ts";
import { type LoadgenSettings, positionals, settings as runSettings, settingsChecks } from "../settings/settings.ts";
import { transportSettings } from "../settings/transport-settings.ts";
import { type FindMaxReport, findMaxSchema } from "./find-max-report.ts";
import { judgeStep, type Step } from "./judge-step.ts";
import { nextMove, type SearchRange } from "./search.ts";
import { printSearch, searchFormats, stepLine } from "./show-search.ts";

// What a search decides by itself is no flag of its own: when calls are made, how many, and what has to hold.
const { arrival, seed, maxInFlight, whenFull, workers, drain } = scheduleSettings;
const { threshold, abortOn, percentiles, ...outcome } = outcomeSettings;

const settings = withVariables({
  slo: list({
    flag: "slo",
    default: [],
    placeholder: "CONDITION",
    help: "what has to hold, such as 'p99<50ms' (of the response times), 'errors<1%' or 'service.p99<20ms'; several at once",
  }),
  from: number({ flag: "from", default: 100, min: 0.1, help: "the first rate, in calls a second" }),
  to: number({ flag: "to", default: 20_000, min: 0.1, max: mostPerSecond, help: "the highest rate to try" }),
  precision: text({
    flag: "precision",
    default: "5%",
    placeholder: "SHARE",
    help: "how close the highest rate that meets and the lowest that misses have to come",
  }),
  ...callsSettings,
  ...{ arrival, maxInFlight, whenFull, workers, drain },
  seed: integer({ ...seed, help: "repeats what is random; each step draws anew, by a seed of its own made from this" }),
  ...transportSettings,
  ...outcome,
  duration: duration({
    flag: "duration",
    short: "z",
    default: 5_000,
    min: 500,
    help: "how long each step is measured",
  }),
  warmup: duration({ ...scheduleSettings.warmup, default: 1_000, help: "how long each step is driven before that" }),
  output: { ...outcomeSettings.output, help: "write the search as text, json, html or csv; PATH -: to stdout" },
});

type FindMaxSettings = ParsedSettings<typeof settings>;

/** The command that looks for the highest rate that meets what is asked. */
export const findMax = {
  name: "hey-loadgen find-max",
  summary: "Finds the highest rate of calls at which a service keeps to its SLO.",
  positionals,
  settings,
  checks: [
    ({ slo }: FindMaxSettings) => (slo.length === 0 ? ["--slo: expected at least one, such as --slo 'p99<50ms'"] : []),
    ({ slo }: FindMaxSettings) => slo.flatMap((each) => prefixed("--slo", problemOf(parseThreshold(each)))),
    answerable,
    ({ from, to }: FindMaxSettings) => (from > to ? [`--from: expected at most --to (${to}); got ${from}`] : []),
    ({ precision }: FindMaxSettings) =>
      (parseShare(precision) ?? 0) < 0.005
        ? [`--precision: expected a share from 0.5% to below 100%; got ${JSON.stringify(precision)}`]
        : [],
    ({ output }: FindMaxSettings) => output.flatMap((each) => prefixed("--output", outputProblem(each, searchFormats))),
    (given: FindMaxSettings) => settingsChecks.flatMap((check) => check(stepSettings(given, given.from))),
  ],
  footer: `Each rate is tried in a step of its own: a warm-up, -z of open loop, a drain. A step misses when the SLO does not hold, or the rate was not
reached. The rate is doubled until one misses twice, then what is between is halved; what is found is tried once more.
When calls are made is the search's own to decide: a step has one rate, so there is no --rps, --stages, --sine, --spike or --slots here.

Example:
  hey-loadgen find-max --slo 'p99<50ms' --slo 'errors<1%' --from 200 --to 20000 -z 5s localhost:9999

Exit codes: as without find-max; 97 with --fail-on-saturation when the generator, not the server, was the limit; 99 when not
even the lowest rate meets.`,
};

/** Searches, prints and writes. Resolves to the exit code. */
export async function runFindMax(given: FindMaxSettings, io: Io, invocation: Invocation): Promise<number> {
  redirectGrpcLog((line) => io.logger.debug({ event: "grpc-js" }, line));
  const outputs = await openOutputsOf(given.output, searchFormats);
  const print = printersOf(io);
  const surroundings = { io, inputs: createInputs(io.stdin), invocation };
  let report: FindMaxReport;
  try {
    report = await search(given, {
      io,
      invocation,
      measureStep: (step) => measure({ ...stepSettings(given, step.perSecond), seed: step.seed }, surroundings),
      show: given.quiet ? () => {} : (step) => io.stderr.write(`${stepLine(step)}\n`),
    });
  } catch (error) {
    await outputs.abandon();
    return stoppedEarly(error, io);
  }
  await (outputs.takesStdout ? print.stderr : print.stdout)(printSearch(report));
  const problems = await outputs.write(report, print);
  for (const problem of problems) await print.stderr(`hey-loadgen: ${problem}\n`);
  if (report.run.partial) return exitCodes.signal;
  if (report.outcome.kind === "generator" && given.failOnSaturation) return exitCodes.saturated;
  if (report.outcome.kind === "none") return exitCodes.threshold;
  return problems.length > 0 || report.outcome.kind === "unsteady" ? 1 : 0;
}

interface SearchTools {
  readonly io: Pick<Io, "signal" | "env">;
  readonly invocation: Invocation;
  measureStep(step: { readonly perSecond: number; readonly seed: number }): Promise<Report>;
  show(step: Step): void;
}

async function search(given: FindMaxSettings, tools: SearchTools): Promise<FindMaxReport> {
  const { io, invocation, measureStep, show } = tools;
  const slo = given.slo.map(parseThreshold).filter((each) => typeof each !== "string"); // Settings are checked before.
  const precision = parseShare(given.precision) ?? 0;
  const range: SearchRange = { fromPerSecond: given.from, toPerSecond: given.to, precision };
  const startedAt = new Date().toISOString();
  const steps: Step[] = [];
  let target: TargetDescription | null = null;
  const tried = () => steps.map(({ askedPerS, result }) => ({ perSecond: askedPerS, result }));
  let move = nextMove(range, []);
  while (move.kind === "try" && !io.signal.aborted) {
    const seed = seedOf(given.seed, steps.length);
    const report = await measureStep({ perSecond: move.perSecond, seed }).catch((error) => {
      if (io.signal.aborted && steps.length > 0) return undefined; // What is known is worth telling.
      throw error;
    });
    if (report === undefined) break;
    target = report.target;
    if (report.run.partial) break;
    const results = slo.map((condition) => judge(condition, report));
    const step = { ...judgeStep(report, { purpose: move.purpose, askedPerS: move.perSecond, slo: results }), seed };
    steps.push(step);
    show(step);
    move = nextMove(range, tried());
  }
  const met = steps.filter(({ result }) => result === "met").map(({ askedPerS }) => askedPerS);
  const stopped = { kind: "stopped", perSecond: met.length === 0 ? undefined : Math.max(...met) } as const;
  return {
    schema: findMaxSchema,
    run: {
      name: given.name,
      startedAt,
      partial: move.kind === "try",
      command: recordedCommand({ name: findMax.name, takes: findMax, argv: invocation.argv, env: io.env }),
    },
    environment: environmentOf(invocation.nodeVersion),
    target,
    search: { ...range, slo: given.slo, stepMs: given.duration, warmupMs: given.warmup },
    outcome: move.kind === "end" ? move.outcome : stopped,
    steps,
  };
}

/** The settings of a run at one rate. */
function stepSettings(given: FindMaxSettings, perSecond: number): LoadgenSettings {
  const defaults = Object.fromEntries(Object.entries(runSettings).map(([key, setting]) => [key, setting.default]));
  return {
    ...(defaults as SettingsOf<typeof runSettings>), // The default of a setting is one of its values.
    ...given,
    ...{ rps: perSecond, output: [], quiet: true, percentiles: "50,99" },
  };
}

/** A percentile that the calls of the first step are too few for would be told as a miss of the server. */
function answerable({ slo, from, duration, arrival }: FindMaxSettings): string[] {
  const planned = (from * duration) / 1_000;
  // At random there may be so many fewer.
  const calls = Math.floor(arrival === "poisson" ? planned - 3 * Math.sqrt(planned) : planned);
  return slo.flatMap((each) => {
    const condition = parseThreshold(each);
    if (typeof condition === "string" || !condition.figure.startsWith("p")) return [];
    const needed = neededFor(Number(condition.figure.slice(1)));
    if (calls >= needed) return [];
    const expected = `--slo ${each}: expected a first step of ${formatCount(needed)} calls or more`;
    const got = `got ${formatCount(calls)} of --from ${from} and -z ${formatDuration(duration)}`;
    return [`${expected}; ${got}: give a longer -z or a higher --from`];
  });
}
