import type { Course, Drive } from "./drive.ts";
import type { Moment } from "./progress.ts";
import type { Recorder } from "./recorder.ts";
import { figuresOf, type Series } from "./series.ts";

export interface TickerOptions {
  readonly drive: Drive;
  readonly recorder: Recorder;
  readonly series: Series;
  readonly open: boolean;
  readonly durationMs: number;
  readonly total: number;
  now(): number;
  show(moment: Moment): void;
}

/** The last row of a run may be too short to say anything. */
const shownFromS = 0.5;

/** Makes the rows of the series and shows where the run is: call it once a second, and once at the end. */
export function createTicker(options: TickerOptions): () => void {
  const { drive, recorder, series, now } = options;
  let before: Course = drive.course;
  let beforeMs = now();
  let failedInAll = 0;
  return () => {
    const course = drive.course;
    const atMs = now();
    const measuring = atMs > course.measureMs;
    const book = measuring ? "measured" : "warmup";
    const fromMs = measuring ? Math.max(beforeMs, course.measureMs) : beforeMs;
    const { planned, started, dropped } = course[book];
    const row = recorder.takeInterval(({ ok, failed, response }) => ({
      atS: Math.round(fromMs - course.measureMs) / 1000,
      lengthS: Math.round(atMs - fromMs) / 1000,
      planned: planned - before[book].planned,
      started: started - before[book].started,
      ok: measuring
        ? ok
        : course.warmup.finished - before.warmup.finished - (course.warmupFailed - before.warmupFailed),
      failed: measuring ? failed : course.warmupFailed - before.warmupFailed,
      inFlight: course.inFlight,
      queued: planned - started - dropped,
      ...figuresOf(response),
    }));
    before = course;
    beforeMs = atMs;
    if (row.lengthS <= 0) return;
    if (measuring) series.add(row);
    failedInAll += row.failed;
    if (row.lengthS < shownFromS) return;
    const elapsedMs = measuring ? atMs - course.measureMs : atMs - course.startMs;
    options.show({
      phase: !measuring ? "warm-up" : course.closedMs > 0 ? "drain" : "measuring",
      elapsedMs,
      done: measuring ? share(options, course, elapsedMs) : undefined,
      askedPerSecond: options.open ? row.planned / row.lengthS : undefined,
      row,
      failedInAll,
    });
  };
}

function share({ durationMs, total }: TickerOptions, { measured }: Course, elapsedMs: number): number | undefined {
  const shares = [elapsedMs / durationMs, measured.planned / total].filter((each) => each > 0);
  return shares.length === 0 ? undefined : Math.max(...shares);
}
