import assert from "node:assert/strict";
import { test } from "node:test";
import { Drive } from "../drive/drive.ts";
import type { DriveOptions } from "../drive/drive-options.ts";
import { open } from "../testing/scene.ts";
import { scriptedClock, scriptedEngine } from "../testing/scripted-engine.ts";
import { createRecorder } from "./recorder.ts";
import type { SeriesRow } from "./series.ts";
import { createTicker } from "./ticker.ts";

/** A run from 1 s on the clock, of so many calls a second that take `tookMs`, of a generator that stands still as told. */
function looked(given: Partial<DriveOptions> & { readonly perSecond: number; readonly tookMs: number }) {
  const clock = scriptedClock(1_000);
  const recorder = createRecorder();
  const plan = {
    ...{ warmupMs: 0, durationMs: 10_000, total: Number.POSITIVE_INFINITY, drainMs: 60_000 },
    ...given,
  };
  const drive = new Drive({
    ...{ mode: open(given.perSecond), slice: { index: 0, count: 1 }, clock, recorder },
    ...plan,
  });
  let loopDelayMs = 0;
  let sinceMs = clock.now();
  const rows: SeriesRow[] = [];
  const ticker = createTicker({
    ...{ drive, recorder, now: clock.now, open: true, durationMs: plan.durationMs, total: plan.total },
    watch: {
      take() {
        const lengthS = (clock.now() - sinceMs) / 1_000;
        const vital = { lengthS, loopDelayMs, utilisation: 0.2, cpu: 0.2, gcMs: 0, throttledMs: 0, rssBytes: 1e8 };
        sinceMs = clock.now();
        loopDelayMs = 0;
        return vital;
      },
      [Symbol.dispose]() {},
    },
    show() {},
    onRow: (row) => rows.push(row),
  });
  void drive.run(scriptedEngine(clock, drive, () => ({ tookMs: given.tookMs })));
  return {
    rows,
    ticker,
    /** Looks after so many ms of the run. */
    tickAt(atMs: number) {
      clock.runTo(1_000 + atMs);
      ticker.tick();
    },
    finishAt(atMs: number) {
      clock.runTo(1_000 + atMs);
      ticker.finish();
    },
    stoodStill(forMs: number) {
      loopDelayMs = forMs;
    },
    finished: () => recorder.recording.all.finished,
    sum: (of: (row: SeriesRow) => number) => rows.reduce((total, row) => total + of(row), 0),
  };
}

test("the first row begins with the measured phase, in the middle of a second too", () => {
  const { rows, tickAt } = looked({ perSecond: 10, tookMs: 1, warmupMs: 2_500 });
  for (const atMs of [1_000, 2_000, 3_000, 4_000]) tickAt(atMs);
  assert.deepEqual(
    rows.map(({ atS, lengthS, ok }) => [atS, lengthS, ok]),
    [
      [0, 0.5, 5],
      [0.5, 1, 10],
    ],
  );
});

for (const afterMs of [0.2, 0.4, 3]) {
  test(`calls that end ${afterMs} ms before the last look are in the rows`, () => {
    const run = looked({ perSecond: 4_000, tookMs: 0.1, durationMs: 1_100 });
    run.tickAt(1_000);
    run.finishAt(1_000 + afterMs);
    assert.equal(
      run.sum(({ ok }) => ok),
      run.finished(),
    );
    assert.ok(run.rows.every(({ lengthS }) => lengthS > 0));
  });
}

test("a look at once after the warm-up has ended loses nothing, and makes no row of no length", () => {
  const run = looked({ perSecond: 4_000, tookMs: 0.1, warmupMs: 1_000, durationMs: 1_000 });
  run.tickAt(1_000.4);
  run.tickAt(2_000.4);
  run.finishAt(2_002);
  assert.deepEqual(
    run.rows.map(({ atS, lengthS, planned }) => [atS, lengthS, planned]),
    [
      [0, 1, 4_000],
      [1, 0.002, 0],
    ],
  );
  assert.equal(
    run.sum(({ ok }) => ok),
    run.finished(),
  );
});

test("what the generator did in the warm-up is no part of the judgement", () => {
  const { ticker, tickAt, stoodStill } = looked({ perSecond: 10, tookMs: 1, warmupMs: 1_000 });
  stoodStill(900);
  tickAt(1_000.4);
  tickAt(2_000.4);
  assert.deepEqual(ticker.health().reasons, []);
});

test("nothing is left to look at once all has ended", () => {
  const run = looked({ perSecond: 10, tookMs: 1, durationMs: 1_000 });
  run.tickAt(1_010);
  run.finishAt(1_010.2);
  assert.equal(run.rows.length, 1);
});

test("the seconds of a long drain make no bad generator good", () => {
  const { ticker, tickAt, finishAt, stoodStill } = looked({ perSecond: 20, tookMs: 58_000, durationMs: 5_000 });
  for (let atMs = 1_000; atMs <= 63_000; atMs += 1_000) {
    if (atMs === 1_000 || atMs === 30_000) stoodStill(500);
    tickAt(atMs);
  }
  finishAt(63_001);
  const { verdict, saturatedS, reasons } = ticker.health();
  assert.deepEqual({ verdict, saturatedS }, { verdict: "saturated", saturatedS: [0] });
  assert.deepEqual(reasons, ["the event loop stood still for up to 500 ms (at 0 s)"]);
});

test("a run by number is judged until its last answer, and no longer", () => {
  const byNumber = { perSecond: 100, durationMs: Number.POSITIVE_INFINITY, total: 20 };
  const answered = looked({ ...byNumber, tookMs: 900 });
  answered.stoodStill(500);
  answered.tickAt(1_000);
  for (let atMs = 2_000; atMs <= 9_000; atMs += 1_000) answered.tickAt(atMs);
  assert.equal(answered.ticker.health().verdict, "saturated");

  const mute = looked({ ...byNumber, tookMs: 100_000 });
  mute.tickAt(1_000);
  mute.stoodStill(500);
  mute.tickAt(2_000);
  assert.equal(mute.ticker.health().verdict, "ok");
});
