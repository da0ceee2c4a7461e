import assert from "node:assert/strict";
import { test } from "node:test";
import { type Moment, progressLine, progressPicture } from "./progress.ts";

const moment: Moment = {
  phase: "measuring",
  elapsedMs: 5_000,
  done: 0.5,
  askedPerSecond: 200,
  row: {
    atS: 4,
    lengthS: 1,
    planned: 200,
    started: 200,
    ok: 190,
    failed: 5,
    inFlight: 3,
    queued: 7,
    p50Us: 1_500,
    p99Us: 22_000,
    maxUs: 30_000,
    heat: [],
  },
  failedInAll: 12,
};

test("a line says what was reached of what was planned, the times, and what failed", () => {
  assert.equal(
    progressLine(moment),
    "    5s  195/s  of 200/s planned  p50 1.50 ms  p99 22.0 ms  3 in flight  7 waiting  12 failed",
  );
});

test("a warm-up is called one, and without answers there are no times", () => {
  const row = { ...moment.row, ok: 0, failed: 0, queued: 0 };
  assert.equal(progressLine({ ...moment, phase: "warm-up", row }), "    5s  warm-up  0.00/s  3 in flight  12 failed");
});

test("a picture has a bar as full as the plan is done, and fits its terminal", () => {
  const [bar = ""] = progressPicture(moment, 50).split("\n");
  assert.equal(bar, `${"█".repeat(20)}${"░".repeat(20)}  50 %`);
  assert.ok(!progressPicture({ ...moment, done: undefined }, 50).includes("░"));
});
