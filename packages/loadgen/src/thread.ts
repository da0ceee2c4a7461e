import type { Io } from "@hey/runtime";
import { systemClock } from "./drive/clock.ts";
import { Drive } from "./drive/drive.ts";
import type { Course } from "./drive/drive-options.ts";
import type { GeneratorHealth } from "./judge/verdict.ts";
import type { LoadPlan } from "./plan/load.ts";
import type { Slice } from "./plan/slots.ts";
import { openTransport, type Prepared } from "./prepare.ts";
import { createEndpoints, type Endpoint } from "./record/endpoints.ts";
import { createHistogram, type Histogram, record } from "./record/histogram.ts";
import { createRecorder, type Recording } from "./record/recorder.ts";
import type { SeriesRow } from "./record/series.ts";
import { createTicker } from "./record/ticker.ts";
import { type ProcessUsage, watchProcess } from "./record/watch.ts";
import type { Moment } from "./report/progress.ts";
import type { LoadgenSettings } from "./settings/settings.ts";

/** What one thread's calls came to. Plain data: it can be handed to another thread. Times in ms from the start of the run. */
export interface ThreadResult {
  readonly course: Course;
  readonly recording: Recording;
  readonly endpoints: readonly Endpoint[];
  /** The making of its connections. */
  readonly connect: Histogram;
  readonly health: GeneratorHealth;
  readonly retries: number;
  /** What a reader of the times has to know of the connections, in words. */
  readonly notes: readonly string[];
}

export interface ThreadOptions {
  readonly prepared: Prepared;
  readonly settings: LoadgenSettings;
  readonly io: Io;
  readonly plan: LoadPlan;
  readonly slice: Slice;
  readonly usage: ProcessUsage;
  show(moment: Moment): void;
  /** Told each row of the measured phase, with the response times of its calls, which are forgotten after. */
  onRow(row: SeriesRow, response: Histogram): void;
}

/** All that makes calls in one thread: connections, a drive and a recorder. Disposing closes the connections. */
export interface Thread extends AsyncDisposable {
  /** The engine's name. */
  readonly engine: string;
  /** Makes the calls; `startMs` is on `performance.now()`. Resolves when each has ended or was cut off. */
  run(startMs: number): Promise<void>;
  /** Looks at the run: once a second. */
  tick(): void;
  /** The last look. */
  finish(): void;
  /** Plans no more calls; those in flight may end within the drain. */
  stop(reason: "signal" | "aborted"): void;
  /** Ends what is left of the drain. */
  cut(): void;
  result(): ThreadResult;
}

/** Opens the connections. Rejects with a ProgramError of exit code 3. */
export async function openThread(options: ThreadOptions): Promise<Thread> {
  const { prepared, settings, io, plan, slice, usage, show, onRow } = options;
  const clock = systemClock();
  const recorder = createRecorder();
  const endpoints = createEndpoints();
  const { warmup: warmupMs, drain: drainMs } = settings;
  const drive = new Drive({ ...plan, slice, warmupMs, drainMs, clock, recorder });
  await using opening = new AsyncDisposableStack();
  const peers = { io, endpoints, events: drive, streams: recorder.streams };
  const transport = opening.use(await openTransport(prepared, settings, peers));
  const watch = opening.use(watchProcess(usage));
  const { tick, finish, health } = createTicker({
    ...{ drive, watch, recorder, show, onRow, now: clock.now },
    ...{ open: plan.mode.kind === "open", durationMs: plan.durationMs, total: plan.total },
  });
  const opened = opening.move();
  return {
    engine: transport.engine.name,
    async run(startMs) {
      await drive.run(transport.engine, startMs);
    },
    tick,
    finish,
    stop: (reason) => drive.stop(reason),
    cut: () => drive.cut(),
    result() {
      const connect = createHistogram();
      for (const ms of transport.connectMs) record(connect, ms * 1_000);
      const { recording } = recorder;
      return {
        ...sinceStart(drive.course, recording),
        endpoints: endpoints.list(),
        ...{ connect, health: health() },
        retries: transport.retries(),
        notes: transport.notes(),
      };
    },
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

/** The clock of a thread is its own: handed on are times from the start, which is one for all. */
function sinceStart(course: Course, recording: Recording): Pick<ThreadResult, "course" | "recording"> {
  const { startMs, measureMs, closedMs, planEndMs, lastEndMs } = course;
  const since = (ms: number) => (ms === 0 ? 0 : ms - startMs);
  return {
    course: {
      ...course,
      ...{ startMs: 0, measureMs: measureMs - startMs, closedMs: since(closedMs), lastEndMs: since(lastEndMs) },
      planEndMs: since(planEndMs),
    },
    recording: {
      ...recording,
      groups: recording.groups.map((group) => ({
        ...group,
        firstMs: group.firstMs - startMs,
        lastMs: group.lastMs - startMs,
      })),
      errors: recording.errors.map((kind) => ({
        ...kind,
        samples: kind.samples.map((sample) => ({ ...sample, atMs: sample.atMs - startMs })),
      })),
    },
  };
}
