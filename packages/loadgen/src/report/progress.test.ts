import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { test } from "node:test";
import { judged } from "../testing/judged.ts";
import { createProgress, type Moment, progressLine, progressPicture } from "./progress.ts";

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
  health: judged(),
};

test("a line says what was reached of what was planned, the times, and what failed", () => {
  assert.equal(
    progressLine(moment),
    "    5s  195/s  of 200/s planned  p50 1.50 ms  p99 22.0 ms  3 in flight  7 waiting  12 failed  generator ok",
  );
});

test("a warm-up is called one, and has no times; nor has a second without answers", () => {
  const row = { ...moment.row, ok: 0, failed: 0, queued: 0 };
  assert.doesNotMatch(progressLine({ ...moment, row }), /p50/);
  assert.doesNotMatch(progressLine({ ...moment, phase: "warm-up" }), /p50/);
  assert.equal(
    progressLine({ ...moment, phase: "warm-up", row, health: undefined }),
    "    5s  warm-up  0/s  3 in flight  12 failed",
  );
});

test("a generator that is not well is told, with the reason", () => {
  const late = {
    atS: 3,
    lengthS: 1,
    measuredS: 1,
    loopDelayMs: 300,
    utilisation: 0.1,
    cpu: 0.1,
    gcMs: 0,
    wakeLateMs: 0,
    throttledMs: 0,
    rssBytes: 1,
  };
  const line = progressLine({ ...moment, health: judged(late) });
  assert.match(line, / {2}generator saturated: the event loop stood still for up to 300 ms \(at 3 s\)$/);
  const lines = progressPicture({ ...moment, health: judged(late) }, 60).split("\n");
  assert.deepEqual(lines.slice(1), [
    "    5s  195/s  of 200/s planned  p50 1.50 ms  p99 22.0 ms",
    "        3 in flight  7 waiting  12 failed",
    "        generator saturated: the event loop stood still for…",
  ]);
});

for (const columns of [20, 40, 60, 80, 100, 200]) {
  test(`no line of the picture is wider than ${columns} columns, and no part of it is missing`, () => {
    const lines = progressPicture(moment, columns).split("\n");
    assert.ok(lines.every((line) => line.length <= columns));
    if (columns < 40) return;
    for (const part of progressLine(moment).trim().split("  ")) assert.ok(lines.join("\n").includes(part), part);
  });
}

test("a picture has a bar as full as the plan is done, and fits its terminal", () => {
  const [bar = ""] = progressPicture(moment, 50).split("\n");
  assert.equal(bar, `${"█".repeat(20)}${"░".repeat(20)}  50 %`);
  assert.ok(!progressPicture({ ...moment, done: undefined }, 50).includes("░"));
});

test("on a terminal each picture is drawn over the one before, and the last one is taken away", () => {
  const terminal = Object.assign(new PassThrough(), { isTTY: true, columns: 80, rows: 24 });
  const progress = createProgress(terminal);
  progress.show(moment);
  progress.show({ ...moment, elapsedMs: 6_000, done: 0.6 });
  progress.stop();
  const drawn = String(terminal.read());
  assert.match(drawn, /50 %[\s\S]*60 %/);
  assert.ok(drawn.lastIndexOf("\u001b[2K") > drawn.lastIndexOf("60 %"));
});

test("elsewhere it is a line each time", () => {
  const pipe = new PassThrough();
  const progress = createProgress(pipe);
  progress.show(moment);
  progress.stop();
  assert.equal(String(pipe.read()), `${progressLine(moment)}\n`);
});
