import { setImmediate } from "node:timers/promises";
import type { Clock } from "../drive/clock.ts";
import { Drive } from "../drive/drive.ts";
import type { Mode } from "../drive/drive-options.ts";
import { createRecorder } from "../record/recorder.ts";
import { createSeries } from "../record/series.ts";
import { createTicker } from "../record/ticker.ts";
import { type ProcessUsage, watchProcess } from "../record/watch.ts";
import { open } from "./scene.ts";

/** What a synthetic run has come to. */
export interface SyntheticResult {
  readonly finished: number;
  /** Calls in the histograms of response times, which are to be those that finished. */
  readonly recorded: number;
  readonly seconds: number;
  readonly rows: number;
}

/** How many calls are in flight once a run is under way. */
const inFlight = 64;

/** A call a millisecond: ten million are two and three quarter hours of rows. */
const gapMs = 1;

/**
 * Makes calls that no network carries, as fast as it goes, through all that a real run keeps: drive, recorder, ticker,
 * watch and series. The time in it is made up. One in a hundred fails with a text of its own, one in ten has three
 * messages, and five endpoints answer. Nothing here takes memory by the call: what grows is what a run keeps.
 */
export function syntheticRun(kind: Mode["kind"], usage: ProcessUsage) {
  const mode: Mode = kind === "open" ? open(1_000 / gapMs) : { kind, concurrency: inFlight };
  const clock = steppedClock();
  const recorder = createRecorder();
  const unlimited = { durationMs: Number.POSITIVE_INFINITY, total: Number.POSITIVE_INFINITY };
  const drive = new Drive({
    ...{ mode, clock, recorder, ...unlimited },
    ...{ slice: { index: 0, count: 1 }, warmupMs: 0, drainMs: 0 },
  });
  const series = createSeries();
  const watch = watchProcess(usage);
  let seconds = 0;
  const { tick } = createTicker({
    ...{ drive, recorder, watch, now: clock.now, ...unlimited, open: mode.kind === "open" },
    show() {},
    onRow(row) {
      seconds++;
      series.add(row);
    },
  });
  const tags = new Int32Array(2 * inFlight);
  let flying = 0;
  let ended = 0;
  let random = 1;
  void drive.run({
    name: "synthetic",
    start(tag) {
      tags[flying++] = tag;
      return true;
    },
    cancel() {},
  });

  /** Ends one of the calls in flight, now this and now that, so that their times differ. */
  function endOne(): void {
    random = (Math.imul(random, 1_664_525) + 1_013_904_223) >>> 0;
    const place = random % flying;
    const tag = tags[place] as number;
    tags[place] = tags[--flying] as number;
    ended++;
    const now = clock.now();
    const fails = ended % 100 === 0;
    if (!fails) drive.onMessage(tag, now - 0.5);
    if (ended % 10 === 1) {
      drive.onMessage(tag, now - 0.25);
      drive.onMessage(tag, now);
    }
    drive.onEnd(tag, fails ? 14 : 0, 1 + (ended % 5), now, fails ? `call ${ended} found nobody` : "");
  }

  return {
    /** Makes `count` more calls. The event loop turns once in each made-up second, as the watch needs it to. */
    async make(count: number): Promise<void> {
      for (const until = ended + count; ended < until; ) {
        clock.step(gapMs);
        if (flying >= inFlight) endOne();
        if (clock.now() % 1_000 !== 0) continue;
        tick();
        await setImmediate();
      }
    },
    /** Looks at what was kept. */
    result(): SyntheticResult {
      const { groups } = recorder.recording;
      return {
        finished: drive.course.measured.finished,
        recorded: groups.reduce((sum, { response }) => sum + response.count, 0),
        seconds,
        rows: series.rows().length,
      };
    },
    [Symbol.dispose]() {
      watch[Symbol.dispose]();
    },
  };
}

/** A clock for one appointment at a time, which is what a drive without an end has. */
function steppedClock(): Clock & { step(forMs: number): void } {
  let now = 1_000;
  let atMs = Number.POSITIVE_INFINITY;
  let due = () => {};
  return {
    now: () => now,
    wakeAt(wantedMs, callback) {
      atMs = wantedMs;
      due = callback;
      return () => {
        atMs = Number.POSITIVE_INFINITY;
      };
    },
    step(forMs) {
      now += forMs;
      if (now < atMs) return;
      atMs = Number.POSITIVE_INFINITY;
      due();
    },
  };
}
