import type { Io } from "@hey/runtime";
import { systemClock } from "../drive/clock.ts";
import { Drive } from "../drive/drive.ts";
import type { CallRecorder, Mode } from "../drive/drive-options.ts";
import { isGood } from "../drive/engine.ts";
import { tlsOf } from "../engines/security.ts";
import { environmentOf } from "../environment.ts";
import { createInputs } from "../inputs.ts";
import { createAbortWatch, judge, parseAbort, parseThreshold, type Threshold } from "../judge/threshold.ts";
import { createHealthTally } from "../judge/verdict.ts";
import { createPlan } from "../plan/load.ts";
import { whole } from "../plan/slots.ts";
import { openTransport, prepare } from "../prepare.ts";
import { createEndpoints } from "../record/endpoints.ts";
import { createHistogram, record } from "../record/histogram.ts";
import { createRecorder } from "../record/recorder.ts";
import { createSeries } from "../record/series.ts";
import { createTicker, type Ticker } from "../record/ticker.ts";
import { watchProcess } from "../record/watch.ts";
import { addMoments } from "../report/add-moments.ts";
import { createReport } from "../report/create-report.ts";
import { createProgress, type Moment } from "../report/progress.ts";
import type { Report } from "../report/report.ts";
import { hurriedDrainMs, type Invocation } from "../run.ts";
import { parsePercentiles } from "../settings/parse.ts";
import type { LoadgenSettings } from "../settings/settings.ts";
import { type Blocks, createBlocks } from "./blocks.ts";
import { type Side, sideSchedule } from "./sides.ts";

/** What both sides' calls were: each side's report, and the calls by stretches of time. */
export interface Measured {
  readonly reports: Readonly<Record<Side, Report>>;
  readonly blocks: Blocks;
}

/** Drives both sides at once in one thread: one clock, one plan shared out slot by slot, a recorder and connections each. */
export async function measureSides(
  settings: Readonly<Record<Side, LoadgenSettings>>,
  io: Io,
  { command, nodeVersion, usage }: Omit<Invocation, "argv"> & { readonly command: readonly string[] },
): Promise<Measured> {
  const clock = systemClock();
  const blocks = createBlocks();
  const inputs = createInputs(io.stdin);
  const { slots } = settings.a;
  const trace = slots === undefined ? [] : await inputs.slots(slots);
  const [a, b] = [createSide("a", settings.a), createSide("b", settings.b)];
  const sides = [a, b];
  function createSide(side: Side, given: LoadgenSettings) {
    const plan = sidePlan(side, given, trace);
    const recorder = createRecorder();
    let measureMs: number | undefined;
    const noted: CallRecorder = {
      ...recorder,
      call(dueMs, sentMs, firstMs, endMs, code, endpoint, details) {
        recorder.call(dueMs, sentMs, firstMs, endMs, code, endpoint, details);
        measureMs ??= drive.course.measureMs;
        blocks.add(side, dueMs - measureMs, (endMs - dueMs) * 1_000, !isGood(code));
      },
    };
    const { warmup: warmupMs, drain: drainMs } = given;
    const drive: Drive = new Drive({
      ...plan,
      ...{ slice: whole, warmupMs, drainMs, clock },
      recorder: noted,
    });
    return { side, given, plan, recorder, drive, endpoints: createEndpoints(), series: createSeries() };
  }

  await using transports = new AsyncDisposableStack();
  const open = async ({ given, endpoints, drive, recorder: { streams } }: typeof a) => {
    const prepared = await prepare(given, io, { inputs, slice: whole });
    const peers = { io, endpoints, events: drive, streams };
    return { prepared, ...transports.use(await openTransport(prepared, given, peers)) };
  };
  const opened = { a: await open(a), b: await open(b) };
  const startedAt = new Date();

  const progress = settings.a.quiet ? undefined : createProgress(io.stderr);
  using watch = watchProcess(usage);
  let vital = watch.take();
  let abortedBy: string | undefined;
  const stop = (reason: "aborted" | "signal") => {
    for (const { drive } of sides) drive.stop(reason);
  };
  const moments: Moment[] = [];
  const tickers = sides.map(({ given, plan, recorder, drive, series }): Ticker => {
    const abortWatch = createAbortWatch(conditions(given.abortOn, parseAbort));
    return createTicker({
      ...{ drive, recorder, now: clock.now },
      ...{ open: plan.mode.kind === "open", durationMs: plan.durationMs, total: plan.total },
      // Both look at the same process, and for the same stretch of time.
      watch: { take: () => vital, [Symbol.dispose]() {} },
      show: (moment) => moments.push(moment),
      onRow(row) {
        series.add(row);
        const met = abortWatch(row);
        if (met === undefined || abortedBy !== undefined) return;
        abortedBy = met.expression;
        stop("aborted");
      },
    });
  });
  const look = (kind: "tick" | "finish") => {
    vital = watch.take();
    for (const each of tickers) each[kind]();
    const moment = addMoments(moments.splice(0));
    if (moment !== undefined) progress?.show(moment);
  };
  const ticking = setInterval(() => look("tick"), 1_000);
  const onSignal = () => {
    stop("signal");
    const cut = () => sides.forEach(({ drive }) => void drive.cut());
    setTimeout(cut, Math.min(settings.a.drain, hurriedDrainMs)).unref();
  };
  io.signal.addEventListener("abort", onSignal, { once: true });
  try {
    // One start for both: the first calls take their time, by which the other side's slots would all be shifted.
    const startMs = clock.now();
    const running = sides.map(({ side, drive }) => drive.run(opened[side].engine, startMs));
    if (io.signal.aborted) onSignal();
    await Promise.all(running);
    look("finish");
  } finally {
    clearInterval(ticking);
    io.signal.removeEventListener("abort", onSignal);
    progress?.stop();
  }

  const report = (each: typeof a, ticker: Ticker | undefined): Report => {
    const { side, given, plan, recorder, drive, endpoints, series } = each;
    const { prepared, engine, connectMs, retries, notes } = opened[side];
    const connect = createHistogram();
    for (const ms of connectMs) record(connect, ms * 1_000);
    const percentiles = parsePercentiles(given.percentiles);
    const made = createReport({
      name: given.name,
      startedAt,
      command,
      failOnSaturation: given.failOnSaturation,
      environment: environmentOf(nodeVersion),
      target: {
        uri: prepared.target,
        method: prepared.method.name,
        kind: prepared.method.kind,
        engine: engine.name,
        connections: given.connections,
        match: prepared.shape?.matchWords ?? "",
        timeoutMs: given.timeout,
        ...tlsOf(prepared.security, prepared.target),
      },
      load: plan.description,
      course: drive.course,
      recording: recorder.recording,
      endpoints: endpoints.list(),
      series: series.rows(),
      connect,
      percentiles: typeof percentiles === "string" ? [] : percentiles, // Settings are checked before.
      generator: ticker?.health() ?? createHealthTally().health(),
      retries: retries(),
      caveats: [
        ...notes(),
        // Once all calls are planned there is nothing left to abort.
        ...(abortedBy === undefined || drive.course.endReason !== "aborted"
          ? []
          : [`aborted because this held: ${abortedBy}`]),
      ],
    });
    return { ...made, thresholds: conditions(given.threshold, parseThreshold).map((each) => judge(each, made)) };
  };
  return { reports: { a: report(a, tickers[0]), b: report(b, tickers[1]) }, blocks };
}

/** A side's part of the plan: every second slot or so, or as many callers as the other side has. */
function sidePlan(side: Side, settings: LoadgenSettings, trace: ArrayLike<number>) {
  const { total } = settings;
  const plan = createPlan(total === undefined ? settings : { ...settings, total: Math.ceil(total / 2) }, trace);
  const { mode, description } = plan;
  if (mode.kind === "closed")
    return { ...plan, description: { ...description, plan: `${description.plan}, on each side` } };
  const shared: Mode = { ...mode, schedule: () => sideSchedule(mode.schedule(), side, settings.seed) };
  const words = createPlan(settings, trace).description.plan;
  return { ...plan, mode: shared, description: { ...description, plan: `${words}, for both sides together` } };
}

/** Conditions read from texts, which were checked with the settings. */
function conditions(texts: readonly string[], parse: (text: string) => Threshold | string): Threshold[] {
  return texts.map(parse).filter((condition) => typeof condition !== "string");
}
