import { redirectGrpcLog } from "@hey/rpc";
import {
  flag,
  type Io,
  integer,
  type ParsedSettings,
  ProgramError,
  SettingsError,
  text,
  withVariables,
} from "@hey/runtime";
import { createPlan } from "../plan/load.ts";
import { openOutputsOf, outputProblem, printersOf } from "../report/outputs.ts";
import { exitCodes, type Invocation, stoppedEarly } from "../run.ts";
import { parseShare, shareProblem } from "../settings/parse.ts";
import { prefixed } from "../settings/problem.ts";
import { recordedCommand } from "../settings/recorded-command.ts";
import { scheduleChecks } from "../settings/schedule-settings.ts";
import { positionals, settings as runSettings } from "../settings/settings.ts";
import { type AbReport, createAbReport, isWorse } from "./ab-report.ts";
import { judgeSides } from "./judge-sides.ts";
import { type Measured, measureSides } from "./measure-sides.ts";
import { printSides, sidesFormats } from "./show-sides.ts";
import { abWithoutSecrets, oneThread, sideSettings, sideWithoutSecrets } from "./side-settings.ts";
import type { Side } from "./sides.ts";

const own = {
  a: text({
    flag: "a",
    default: "",
    placeholder: "'FLAGS'",
    help: "what holds for side A alone: flags of the calls and connections, and its target unless it stands outside",
  }),
  b: text({ flag: "b", default: "", placeholder: "'FLAGS'", help: "the same for side B" }),
  ...withVariables({
    minDifference: text({
      flag: "min-difference",
      default: "0%",
      placeholder: "SHARE",
      help: "how far apart the two must be to be told apart, such as 5%",
    }),
    failIfWorse: flag({
      flag: "fail-if-worse",
      default: false,
      help: "exit code 99 when B is worse than A in any figure",
    }),
    resamples: integer({
      flag: "resamples",
      default: 2_000,
      min: 100,
      max: 100_000,
      help: "how often blocks of time are drawn anew for the intervals",
    }),
  }),
};

const settings = {
  ...own,
  ...runSettings,
  output: { ...runSettings.output, help: "write the comparison as text, json, html or csv; PATH -: to stdout" },
  workers: {
    ...runSettings.workers,
    help: "1: both sides are driven in one thread, so that they meet the same moments",
  },
  rps: { ...runSettings.rps, help: "open loop: so many calls a second by plan, of both sides together" },
  concurrency: {
    ...runSettings.concurrency,
    help: "closed loop: so many calls at a time on each side; default 50",
  },
};

type AbSettings = ParsedSettings<typeof settings>;

/** The command that compares two targets, or two ways to call one, in one run. */
export const ab = {
  name: "hey-loadgen ab",
  summary: "Compares two targets, or two ways to call one, slot by slot in one run, and says whether B differs from A.",
  usage: "[flags] TARGET_A [TARGET_B]",
  positionals: { ...positionals, name: "TARGET_A [TARGET_B]", min: 0, max: 2 },
  settings,
  checks: [
    ({ output }: AbSettings) => output.flatMap((each) => prefixed("--output", outputProblem(each, sidesFormats))),
    ({ minDifference }: AbSettings) => prefixed("--min-difference", shareProblem(minDifference)),
    (given: AbSettings) =>
      given.total !== undefined && createPlan(given).mode.kind === "closed"
        ? ["--total: expected a rate beside it, or -z in its place: callers that wait would not end together"]
        : [],
    ({ workers }: AbSettings) => (workers > 1 ? [`--workers: ${oneThread}; got ${workers}`] : []),
    ...scheduleChecks,
  ],
  footer: `Of each two planned calls one is A's and one B's, in an order that --seed decides: what troubles the machine or the network
troubles both. The two differ when the intervals say so: they hold for all figures at once with 95 % confidence.

Examples:
  hey-loadgen ab --rps 400 -z 30s old.host:9999 new.host:9999
  hey-loadgen ab --rps 400 -z 30s --a '--engine wire' --b '--engine grpc-js' localhost:9999
  hey-loadgen ab -c 20 -z 30s --b '--connections 4' --min-difference 5% --fail-if-worse localhost:9999

Exit codes: as without ab; 99 also with --fail-if-worse when B is worse than A in any figure.`,
};

/** Compares, prints and writes. Resolves to the exit code. */
export async function runAb(given: AbSettings, io: Io, invocation: Invocation): Promise<number> {
  redirectGrpcLog((line) => io.logger.debug({ event: "grpc-js" }, line));
  let sides: ReturnType<typeof sideSettings>;
  try {
    sides = sideSettings({ common: given, words: { a: given.a, b: given.b } });
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    throw new ProgramError(`${error.message}\nSee hey-loadgen ab --help`, { exitCode: 2 });
  }
  const outputs = await openOutputsOf(given.output, sidesFormats);
  const { argv } = invocation;
  const words = abWithoutSecrets(argv);
  const command = recordedCommand({ name: ab.name, takes: ab, argv, env: io.env, words });
  let measured: Measured;
  try {
    measured = await measureSides(sides, io, { ...invocation, command });
  } catch (error) {
    await outputs.abandon();
    return stoppedEarly(error, io);
  }
  const report = compare(measured, given, {
    a: labelOf("a", sides.a.positionals),
    b: labelOf("b", sides.b.positionals),
  });
  const print = printersOf(io);
  await (outputs.takesStdout ? print.stderr : print.stdout)(printSides(report));
  const problems = [...(await outputs.write(report, print))];
  const both = [report.a, report.b];
  for (const [index, { latency }] of both.entries()) {
    if (latency.responseOk.count === 0) problems.push(`not one call of side ${index === 0 ? "A" : "B"} was good`);
  }
  for (const problem of problems) await print.stderr(`hey-loadgen: ${problem}\n`);
  if (both.some(({ run }) => run.endReason === "signal")) return exitCodes.signal;
  if (both.some(({ run }) => run.endReason === "aborted")) return exitCodes.aborted;
  if (both.some(({ thresholds }) => thresholds.some(({ passed }) => !passed))) return exitCodes.threshold;
  if (given.failIfWorse && isWorse(report)) return exitCodes.threshold;
  if (problems.length > 0) return 1;
  return given.failOnSaturation && report.a.generator.verdict === "saturated" ? exitCodes.saturated : 0;

  function labelOf(side: Side, [target = ""]: readonly string[]): string {
    const words = sideWithoutSecrets(given[side]);
    return words === "" || words === target ? target : words.includes(target) ? words : `${target} ${words}`;
  }
}

function compare({ reports, blocks }: Measured, given: AbSettings, labels: Readonly<Record<Side, string>>): AbReport {
  const { seed, resamples } = given;
  const minDifference = parseShare(given.minDifference) ?? 0; // Settings are checked before.
  const { list, lengthMs } = blocks;
  const rates = reports.a.load.model === "closed";
  const figures = judgeSides(list, { lengthMs, rates, minDifference, seed, resamples });
  return createAbReport(reports, {
    labels,
    minDifference,
    blocks: list.length,
    blockMs: lengthMs,
    resamples,
    seed,
    figures,
  });
}
