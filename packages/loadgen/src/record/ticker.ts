import type { Drive } from "../drive/drive.ts";
import type { Course } from "../drive/drive-options.ts";
import { createHealthTally, type GeneratorHealth } from "../judge/verdict.ts";
import type { Moment } from "../report/progress.ts";
import type { Histogram } from "./histogram.ts";
import type { Recorder } from "./recorder.ts";
import { figuresOf, type SeriesRow } from "./series.ts";
import type { Watch } from "./watch.ts";

export interface TickerOptions {
  readonly drive: Drive;
  readonly recorder: Recorder;
  readonly open: boolean;
  readonly durationMs: number;
  readonly total: number;
  readonly watch: Watch;
  now(): number;
  show(moment: Moment): void;
  /** Told each row of the measured phase, with the response times of its calls, which are forgotten after. */
  onRow(row: SeriesRow, response: Histogram): void;
}

/** The last row of a run may be too short to say anything. */
const shownFromS = 0.5;
/** Lengths are told in whole ms: what would be none waits for the next row, or, at the end, counts as one. */
const leastMs = 0.5;

/** Looks at a run: call `tick` once a second, and `finish` once at the end. */
export interface Ticker {
  tick(): void;
  finish(): void;
  /** How the generator has fared in the measured phase so far. */
  health(): GeneratorHealth;
}

interface Look {
  readonly course: Course;
  readonly fromMs: number;
  readonly atMs: number;
  readonly measuring: boolean;
  readonly response: Histogram;
}

/** Makes the rows of the series, follows the generator's health, and shows where the run is. */
export function createTicker(options: TickerOptions): Ticker {
  const { drive, recorder, watch, now } = options;
  const tally = createHealthTally();
  let before: Course = drive.course;
  let beforeMs = now();
  let failedInAll = 0;
  function take(isLast: boolean): void {
    const course = drive.course;
    const atMs = now();
    const measuring = atMs > course.measureMs;
    const book = measuring ? "measured" : "warmup";
    const fromMs = measuring ? Math.max(beforeMs, course.measureMs) : beforeMs;
    const tooShort = atMs - fromMs < leastMs;
    if (tooShort && !isLast) {
      // The measured phase has just begun: how the generator fared until then is the warm-up's.
      watch.take();
      drive.takeWakeLateness();
      return;
    }
    const { planned, started, dropped } = course[book];
    recorder.takeInterval(({ ok, failed, response }) => {
      const warm = course.warmup.finished - before.warmup.finished;
      const warmFailed = course.warmupFailed - before.warmupFailed;
      const row: SeriesRow = {
        atS: Math.round(fromMs - course.measureMs) / 1000,
        lengthS: Math.max(1, Math.round(atMs - fromMs)) / 1000,
        planned: planned - before[book].planned,
        started: started - before[book].started,
        ok: measuring ? ok : warm - warmFailed,
        failed: measuring ? failed : warmFailed,
        inFlight: course.inFlight,
        queued: planned - started - dropped,
        ...figuresOf(response),
      };
      before = course;
      beforeMs = atMs;
      const nothing = row.planned + row.started + row.ok + row.failed === 0;
      if (!(tooShort && nothing)) look(row, { course, fromMs, atMs, measuring, response });
    });
  }

  function look(row: SeriesRow, { course, fromMs, atMs, measuring, response }: Look): void {
    const measuredS = Math.max(0, Math.min(atMs, endOf(course)) - fromMs) / 1_000;
    const vital = { ...watch.take(), atS: row.atS, measuredS, wakeLateMs: drive.takeWakeLateness() };
    if (measuring) {
      // The drain may last ever so long: its seconds would outweigh those in which calls were made.
      if (measuredS > 0) tally.add(vital);
      options.onRow(row, response);
    }
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
      health: measuring ? tally.health() : undefined,
    });
  }
  return { tick: () => take(false), finish: () => take(true), health: tally.health };
}

/** A run by number is over with its last answer so far, one by time with its time, whatever the drain brings. */
function endOf({ closedMs, lastEndMs, endReason }: Course): number {
  if (closedMs === 0) return Number.POSITIVE_INFINITY;
  return endReason === "total" ? Math.max(lastEndMs, closedMs) : closedMs;
}

function share({ durationMs, total }: TickerOptions, { measured }: Course, elapsedMs: number): number | undefined {
  const shares = [elapsedMs / durationMs, measured.planned / total].filter((each) => each > 0);
  return shares.length === 0 ? undefined : Math.max(...shares);
}
