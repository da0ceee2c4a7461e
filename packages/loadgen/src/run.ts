import { listen, redirectGrpcLog } from "@hey/rpc";
import { formatDuration, type Io, ProgramError } from "@hey/runtime";
import { parseExpectation } from "./call/expectation.ts";
import { tlsOf } from "./engines/security.ts";
import { environmentOf } from "./environment.ts";
import { createInputs, type Inputs } from "./inputs.ts";
import { healthOfThreads } from "./judge/merge-health.ts";
import { createAbortWatch, judge, parseAbort, parseThreshold, type Threshold } from "./judge/threshold.ts";
import { createPlan } from "./plan/load.ts";
import { whole } from "./plan/slots.ts";
import { engineOf, prepare } from "./prepare.ts";
import { merged } from "./record/histogram.ts";
import { mergeCourses, mergeRecordings } from "./record/merge-results.ts";
import { createSeries } from "./record/series.ts";
import type { ProcessUsage } from "./record/watch.ts";
import { createReport } from "./report/create-report.ts";
import { type Outputs, openOutputs, printersOf } from "./report/outputs.ts";
import { printReport } from "./report/print.ts";
import { createProgress } from "./report/progress.ts";
import type { Report } from "./report/report.ts";
import { parsePercentiles } from "./settings/parse.ts";
import { recordedCommand } from "./settings/recorded-command.ts";
import { settings as allSettings, type LoadgenSettings, positionals } from "./settings/settings.ts";
import { openCrew } from "./workers/open-crew.ts";

/** What a program knows of its own start. */
export interface Invocation {
  readonly argv: readonly string[];
  readonly nodeVersion: string;
  readonly usage: ProcessUsage;
}

/** What a run finds around it. */
export interface Surroundings {
  readonly io: Io;
  readonly inputs: Inputs;
  readonly invocation: Invocation;
}

/** Exit codes beside the usual 0, 1 and 2. */
export const exitCodes = { saturated: 97, aborted: 98, threshold: 99, signal: 105 } as const;

/** The longest drain after a signal: whoever stops a container waits 10 s. */
export const hurriedDrainMs = 5_000;

/** Makes the calls, prints and writes the report. Resolves to the exit code. */
export async function run(settings: LoadgenSettings, io: Io, invocation: Invocation): Promise<number> {
  redirectGrpcLog((text) => io.logger.debug({ event: "grpc-js" }, text));
  const outputs = await openOutputs(settings.output);
  let report: Report;
  try {
    report = await measure(settings, { io, inputs: createInputs(io.stdin), invocation });
  } catch (error) {
    await outputs.abandon();
    return stoppedEarly(error, io);
  }
  return await publish(report, outputs, { io, ...settings });
}

/** What an error before the first call comes to: when a signal caused it, a line and the exit code. */
export function stoppedEarly(error: unknown, { signal, stderr }: Pick<Io, "signal" | "stderr">): number {
  if (!signal.aborted) throw error;
  stderr.write("hey-loadgen: stopped before the first call: there is no report\n");
  return exitCodes.signal;
}

/** Makes the calls of a run. Rejects with a ProgramError when it cannot begin. */
export async function measure(
  settings: LoadgenSettings,
  { io, inputs, invocation: { argv, nodeVersion, usage } }: Surroundings,
): Promise<Report> {
  const prepared = await prepare(settings, io, { inputs, slice: whole });
  const plan = createPlan(settings, prepared.trace);
  if (plan.durationMs === 0) {
    const given = formatDuration(settings.warmup);
    throw new ProgramError(
      `--warmup: expected less than the plan lasts; got ${given}, which leaves nothing to measure`,
      {
        exitCode: 2,
      },
    );
  }
  const series = createSeries();
  await using _admin = await openAdmin(settings, io);
  const progress = settings.quiet ? undefined : createProgress(io.stderr);
  const abortWatch = createAbortWatch(conditions(settings.abortOn, parseAbort));
  let abortedBy: string | undefined;
  await using crew = await openCrew({
    ...{ prepared, settings, io, usage },
    show: (moment) => progress?.show(moment),
    onRow(row) {
      series.add(row);
      const met = abortWatch(row);
      if (met === undefined || abortedBy !== undefined) return;
      abortedBy = met.expression;
      crew.stop("aborted");
    },
  });
  const startedAt = new Date();
  const ticking = setInterval(crew.tick, 1_000);
  const onSignal = () => {
    crew.stop("signal");
    setTimeout(crew.cut, Math.min(settings.drain, hurriedDrainMs)).unref();
  };
  io.signal.addEventListener("abort", onSignal, { once: true });
  try {
    const running = crew.run();
    if (io.signal.aborted) onSignal();
    await running;
    const results = await crew.results();
    const lost = crew.lost();
    const course = mergeCourses(results.map((each) => each.course));
    const { recording, endpoints } = mergeRecordings(results);
    const percentiles = parsePercentiles(settings.percentiles);
    const report = createReport({
      name: settings.name,
      startedAt,
      command: recordedCommand({
        name: "hey-loadgen",
        takes: { settings: allSettings, positionals },
        argv,
        env: io.env,
      }),
      failOnSaturation: settings.failOnSaturation,
      environment: environmentOf(nodeVersion),
      target: {
        uri: prepared.target,
        method: prepared.method.name,
        kind: prepared.method.kind,
        engine: crew.engine,
        connections: crew.connections,
        match: prepared.shape?.matchWords ?? "",
        timeoutMs: settings.timeout,
        ...tlsOf(prepared.security, prepared.target),
      },
      load: plan.description,
      course: lost.length === 0 ? course : { ...course, endReason: "aborted" },
      recording,
      endpoints,
      series: series.rows(),
      connect: merged(results.map(({ connect }) => connect)),
      percentiles: typeof percentiles === "string" ? [] : percentiles, // Settings are checked before.
      generator: healthOfThreads(results.map(({ health }) => health)),
      retries: results.reduce((sum, { retries }) => sum + retries, 0),
      caveats: [
        ...lost.map((words) => `${words}: its calls are in no figure`),
        ...new Set(results.flatMap(({ notes }) => notes)),
        // Once all calls are planned there is nothing left to abort.
        ...(abortedBy === undefined || course.endReason !== "aborted"
          ? []
          : [`aborted because this held: ${abortedBy}`]),
      ],
    });
    const thresholds = conditions(settings.threshold, parseThreshold).map((threshold) => judge(threshold, report));
    return { ...report, thresholds };
  } finally {
    clearInterval(ticking);
    io.signal.removeEventListener("abort", onSignal);
    progress?.stop();
  }
}

/** Conditions read from texts, which were checked with the settings. */
function conditions(texts: readonly string[], parse: (text: string) => Threshold | string): Threshold[] {
  return texts.map(parse).filter((condition) => typeof condition !== "string");
}

/** channelz, and CSDS for xds targets. Its port is a convenience: that it is taken must not stop a measurement. */
async function openAdmin(settings: LoadgenSettings, { logger }: Io): Promise<AsyncDisposable | undefined> {
  if (settings.adminGrpc === undefined || engineOf(settings) !== "grpc-js") return undefined;
  try {
    const options = { address: settings.adminGrpc, services: [], drain: { noticeMs: 0, drainMs: 0 }, admin: true };
    const admin = await listen(options);
    logger.info({ event: "listening", kind: "admin-grpc", address: admin.address }, "listening");
    return admin;
  } catch (error) {
    logger.warn(
      { event: "no-admin-port", reason: error instanceof Error ? error.message : String(error) },
      "the run goes on without channelz and CSDS",
    );
    return undefined;
  }
}

/** How wide a terminal is; without limit where there is none. */
function columnsOf(stream: NodeJS.WritableStream & { readonly columns?: number }): number | undefined {
  return stream.columns;
}

/** What is to be done, where the codes say it. */
function whyNone({ codes, target: { uri, method } }: Report): string {
  const isUnknown = Object.keys(codes).join() === "UNIMPLEMENTED";
  return isUnknown ? `: ${uri} does not have ${method}: hey-loadgen describe ${uri} tells what it has, for --call` : "";
}

async function publish(
  report: Report,
  outputs: Outputs,
  { io, failOnSaturation, expect }: { readonly io: Io } & Pick<LoadgenSettings, "failOnSaturation" | "expect">,
): Promise<number> {
  const print = printersOf(io);
  // The report is for whoever watches, unless stdout is to carry one for a program.
  const shown = outputs.takesStdout ? "stderr" : "stdout";
  await print[shown](printReport(report, columnsOf(io[shown])));
  const problems = [...(await outputs.write(report, print))];
  const { responseOk } = report.latency;
  if (responseOk.count === 0 && report.run.endReason !== "signal") {
    const codes = expect
      .map(parseExpectation)
      .flatMap((each) => (typeof each !== "string" && each.path === "code" ? [each.expression] : []));
    problems.push(`not one call ended with ${codes.length === 0 ? "OK" : codes.join(" and ")}${whyNone(report)}`);
  }
  for (const problem of problems) await print.stderr(`hey-loadgen: ${problem}\n`);
  if (report.run.endReason === "signal") return exitCodes.signal;
  if (report.run.endReason === "aborted") return exitCodes.aborted;
  if (report.thresholds.some(({ passed }) => !passed)) return exitCodes.threshold;
  if (problems.length > 0) return 1;
  return failOnSaturation && report.generator.verdict === "saturated" ? exitCodes.saturated : 0;
}
