import { listen, redirectGrpcLog } from "@hey/rpc";
import type { Io } from "@hey/runtime";
import { systemClock } from "./drive/clock.ts";
import { Drive } from "./drive/drive.ts";
import { environmentOf } from "./environment.ts";
import { createAbortWatch, judge, parseAbort, parseThreshold, type Threshold } from "./judge/threshold.ts";
import { createPlan } from "./plan/load.ts";
import { engineOf, openTransport, prepare } from "./prepare.ts";
import { createEndpoints } from "./record/endpoints.ts";
import { createHistogram, record } from "./record/histogram.ts";
import { createRecorder } from "./record/recorder.ts";
import { createSeries } from "./record/series.ts";
import { createTicker } from "./record/ticker.ts";
import { type ProcessUsage, watchProcess } from "./record/watch.ts";
import { createReport } from "./report/create-report.ts";
import { type Outputs, openOutputs, printersOf } from "./report/outputs.ts";
import { printReport } from "./report/print.ts";
import { createProgress } from "./report/progress.ts";
import type { Report } from "./report/report.ts";
import { parsePercentiles } from "./settings/parse.ts";
import { recordedCommand } from "./settings/recorded-command.ts";
import { settings as allSettings, type LoadgenSettings, positionals } from "./settings/settings.ts";

/** What a program knows of its own start. */
export interface Invocation {
  readonly argv: readonly string[];
  readonly nodeVersion: string;
  readonly usage: ProcessUsage;
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
    report = await measure(settings, io, invocation);
  } catch (error) {
    await outputs.abandon();
    if (io.signal.aborted) return exitCodes.signal;
    throw error;
  }
  return await publish(report, outputs, { io, failOnSaturation: settings.failOnSaturation });
}

export async function measure(
  settings: LoadgenSettings,
  io: Io,
  { argv, nodeVersion, usage }: Invocation,
): Promise<Report> {
  const prepared = await prepare(settings, io);
  const plan = createPlan(settings);
  const clock = systemClock();
  const recorder = createRecorder();
  const endpoints = createEndpoints();
  const series = createSeries();
  const drive = new Drive({
    ...plan,
    slice: { index: 0, count: 1 },
    warmupMs: settings.warmup,
    drainMs: settings.drain,
    clock,
    recorder,
  });
  await using _admin = await openAdmin(settings, io);
  await using transport = await openTransport(prepared, settings, { io, endpoints, events: drive });
  const { engine, connectMs } = transport;
  const startedAt = new Date();

  const progress = settings.quiet ? undefined : createProgress(io.stderr);
  using watch = watchProcess(usage);
  const abortWatch = createAbortWatch(conditions(settings.abortOn, parseAbort));
  let abortedBy: string | undefined;
  const { tick, vitals } = createTicker({
    drive,
    watch,
    recorder,
    series,
    open: plan.mode.kind === "open",
    durationMs: plan.durationMs,
    total: plan.total,
    now: clock.now,
    show: (moment) => progress?.show(moment),
    onRow(row) {
      const met = abortWatch(row);
      if (met === undefined || abortedBy !== undefined) return;
      abortedBy = met.expression;
      drive.stop("aborted");
    },
  });
  const ticking = setInterval(tick, 1_000);
  const onSignal = () => {
    drive.stop("signal");
    setTimeout(() => drive.cut(), Math.min(settings.drain, hurriedDrainMs)).unref();
  };
  io.signal.addEventListener("abort", onSignal, { once: true });
  try {
    const running = drive.run(engine);
    if (io.signal.aborted) onSignal();
    const course = await running;
    const connect = createHistogram();
    for (const ms of connectMs) record(connect, ms * 1000);
    tick();
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
      environment: environmentOf(nodeVersion),
      target: {
        uri: prepared.target,
        method: prepared.method.name,
        kind: prepared.method.kind,
        engine: engine.name,
        connections: settings.connections,
        timeoutMs: settings.timeout,
      },
      load: plan.description,
      course,
      recording: recorder.recording,
      endpoints: endpoints.list(),
      series: series.rows,
      connect,
      percentiles: typeof percentiles === "string" ? [] : percentiles, // Settings are checked before.
      vitals,
      retries: transport.retries(),
      caveats: [...transport.notes(), ...(abortedBy === undefined ? [] : [`aborted because this held: ${abortedBy}`])],
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

async function publish(
  report: Report,
  outputs: Outputs,
  { io, failOnSaturation }: { readonly io: Io; readonly failOnSaturation: boolean },
): Promise<number> {
  const print = printersOf(io);
  // The report is for whoever watches, unless stdout is to carry one for a program.
  await (outputs.takesStdout ? print.stderr : print.stdout)(printReport(report));
  const problems = [...(await outputs.write(report, print))];
  const { response, responseOk } = report.latency;
  if (response.count > 0 && responseOk.count === 0) problems.push("not one call ended with OK");
  for (const problem of problems) await print.stderr(`hey-loadgen: ${problem}\n`);
  if (report.run.endReason === "signal") return exitCodes.signal;
  if (report.run.endReason === "aborted") return exitCodes.aborted;
  if (report.thresholds.some(({ passed }) => !passed)) return exitCodes.threshold;
  if (problems.length > 0) return 1;
  return failOnSaturation && report.generator.verdict === "saturated" ? exitCodes.saturated : 0;
}
