import assert from "node:assert/strict";
import { test } from "node:test";
import { randomOf } from "../plan/random.ts";
import { createSchedule } from "../plan/schedule.ts";
import { type ScriptedCall, scriptedClock, scriptedEngine } from "../testing/scripted-engine.ts";
import { imbalance } from "./accounting.ts";
import { Drive } from "./drive.ts";
import type { CallRecorder, DriveOptions, Mode } from "./drive-options.ts";

const startMs = 1_000;

interface Call {
  readonly dueMs: number;
  readonly sentMs: number;
  readonly firstMs: number;
  readonly endMs: number;
  readonly code: number;
}

function open(perSecond: number, more: Partial<Extract<Mode, { kind: "open" }>> = {}): Mode {
  return {
    kind: "open",
    schedule: () => createSchedule({ kind: "constant", perSecond }),
    maxInFlight: Number.POSITIVE_INFINITY,
    whenFull: "queue",
    ...more,
  };
}

/** A drive over a scripted engine on a scripted clock; times of calls are from the start of the run. */
function scene(
  given: Partial<DriveOptions> & { readonly mode: Mode },
  script: (slot: number, nowMs: number) => ScriptedCall,
  limit?: number,
) {
  const clock = scriptedClock(startMs);
  const calls: Call[] = [];
  const gapsMs: number[] = [];
  const recorder: CallRecorder = {
    message: (_atMs, gapMs) => gapsMs.push(gapMs),
    planEnded() {},
    call: (dueMs, sentMs, firstMs, endMs, code) => {
      const since = (ms: number) => ms - startMs;
      calls.push({ dueMs: since(dueMs), sentMs: since(sentMs), firstMs: since(firstMs), endMs: since(endMs), code });
    },
  };
  const drive = new Drive({
    slice: { index: 0, count: 1 },
    warmupMs: 0,
    durationMs: Number.POSITIVE_INFINITY,
    total: Number.POSITIVE_INFINITY,
    drainMs: 60_000,
    clock,
    recorder,
    ...given,
  });
  const engine = scriptedEngine(clock, drive, (slot, nowMs) => script(slot, nowMs - startMs), limit);
  let ended = false;
  const done = drive.run(engine).then((course) => {
    ended = true;
    return course;
  });
  return {
    clock,
    calls,
    gapsMs,
    drive,
    engine,
    /** Runs to the end, which has to come by `untilMs`, and checks that the books balance. */
    async finish(untilMs: number, latenessMs?: () => number) {
      clock.runTo(startMs + untilMs, latenessMs);
      await Promise.resolve();
      await Promise.resolve();
      assert.ok(ended, "the run has not ended");
      const course = await done;
      assert.deepEqual([...imbalance(course.measured), ...imbalance(course.warmup)], []);
      return course;
    },
  };
}

test("open loop: calls start by the plan, however slow the answers are", async () => {
  const { finish, engine } = scene({ mode: open(100), durationMs: 1_000 }, () => ({ tookMs: 700 }));
  const { measured, endReason } = await finish(10_000);
  assert.equal(measured.started, 100);
  assert.equal(endReason, "duration");
  assert.deepEqual(
    engine.starts.slice(0, 3).map(({ atMs }) => atMs - startMs),
    [0, 10, 20],
  );
});

test("T1: a freeze of the server is in every response time that it hit", async () => {
  const frozen = { fromMs: 8_000, toMs: 10_000 };
  const { finish, calls } = scene({ mode: open(100), durationMs: 20_000 }, (_slot, nowMs) => ({
    tookMs: nowMs >= frozen.fromMs && nowMs < frozen.toMs ? frozen.toMs - nowMs + 1 : 1,
  }));
  await finish(30_000);
  const responses = calls.map(({ dueMs, endMs }) => endMs - dueMs).sort((a, b) => a - b);
  assert.equal(responses.length, 2_000);
  const at = (percent: number) => responses[Math.ceil((percent / 100) * 2_000) - 1] ?? 0;
  assert.ok(Math.abs(at(95) - 1_000) <= 50, `p95 ${at(95)}`);
  assert.ok(Math.abs(at(99) - 1_800) <= 90, `p99 ${at(99)}`);
  assert.ok(Math.abs(at(100) - 2_000) <= 100, `max ${at(100)}`);
});

test("T1: a closed loop with one call in flight sees the same freeze once", async () => {
  const { finish, calls } = scene({ mode: { kind: "closed", concurrency: 1 }, durationMs: 20_000 }, (_slot, nowMs) => ({
    tookMs: nowMs >= 8_000 && nowMs < 10_000 ? 10_000 - nowMs + 1 : 1,
  }));
  await finish(30_000);
  assert.equal(calls.filter(({ sentMs, endMs }) => endMs - sentMs > 100).length, 1);
});

test("T5: slots keep their times when every wake is late, up to the millionth", async () => {
  const random = randomOf(1);
  const { finish, calls } = scene({ mode: open(99_991), total: 1_000_001 }, () => ({ tookMs: 1 }));
  const { measured } = await finish(1e9, () => random() * 50);
  assert.equal(measured.finished, 1_000_001);
  const last = Math.max(...[calls.at(-1)?.dueMs ?? 0, calls.at(-2)?.dueMs ?? 0]);
  assert.ok(Math.abs(last - 1e9 / 99_991) < 1e-6, `${last}`);
});

test("T7: what the generator itself is late by is in the response time, not in the service time", async () => {
  const { clock, finish, calls } = scene({ mode: open(100), durationMs: 1_000 }, () => ({ tookMs: 1 }));
  clock.runTo(startMs + 505);
  clock.block(300);
  await finish(2_000);
  const late = calls.filter(({ dueMs, sentMs }) => sentMs - dueMs > 0);
  assert.equal(Math.max(...calls.map(({ dueMs, endMs }) => endMs - dueMs)), 296);
  assert.equal(Math.max(...calls.map(({ sentMs, endMs }) => endMs - sentMs)), 1);
  assert.equal(late.length, 30);
});

test("T8: with a drain calls in flight at the end finish well", async () => {
  const { finish } = scene({ mode: open(10), durationMs: 2_000, drainMs: 10_000 }, () => ({ tookMs: 5_000 }));
  const { measured } = await finish(20_000);
  assert.deepEqual(measured, { planned: 20, started: 20, dropped: 0, queued: 0, finished: 20, cancelled: 0 });
});

test("T8: without a drain they are cancelled, counted so, and their late ends are ignored", async () => {
  const { finish, engine, calls, clock } = scene({ mode: open(10), durationMs: 2_000, drainMs: 0 }, () => ({
    tookMs: 5_000,
  }));
  const { measured } = await finish(2_000);
  assert.deepEqual(measured, { planned: 20, started: 20, dropped: 0, queued: 0, finished: 0, cancelled: 20 });
  assert.equal(engine.cancelled, 20);
  clock.runTo(startMs + 60_000);
  assert.equal(calls.length, 0);
});

test("T9: what exceeds the calls allowed in flight is dropped and counted", async () => {
  const mode = open(100, { maxInFlight: 10, whenFull: "drop" });
  const { finish } = scene({ mode, durationMs: 5_000 }, () => ({ tookMs: 1_000 }));
  const { measured } = await finish(20_000);
  assert.equal(measured.planned, 500);
  assert.equal(measured.started + measured.dropped, 500);
  assert.ok(measured.started >= 50 && measured.started <= 51, `${measured.started}`);
});

test("T9: or it waits, and its wait is in its response time", async () => {
  const mode = open(100, { maxInFlight: 10 });
  const { finish, calls } = scene({ mode, total: 100 }, () => ({ tookMs: 1_000 }));
  const { measured } = await finish(60_000);
  assert.equal(measured.finished, 100);
  assert.equal(Math.max(...calls.map(({ sentMs, endMs }) => endMs - sentMs)), 1_000);
  assert.ok(Math.max(...calls.map(({ dueMs, endMs }) => endMs - dueMs)) > 9_000);
});

test("what still waits when the time is up is counted as queued", async () => {
  const mode = open(100, { maxInFlight: 10 });
  const { finish } = scene({ mode, durationMs: 2_000 }, () => ({ tookMs: 1_000 }));
  const { measured } = await finish(60_000);
  assert.equal(measured.planned, 200);
  assert.equal(measured.queued, 200 - measured.started);
  assert.ok(measured.queued > 150);
});

test("T20: the wait for a transport that takes no more calls is in the response time", async () => {
  const { finish, calls } = scene({ mode: open(50), total: 50 }, () => ({ tookMs: 1_000 }), 10);
  await finish(60_000);
  assert.equal(calls.length, 50);
  assert.ok(Math.max(...calls.map(({ dueMs, endMs }) => endMs - dueMs)) >= 4_000);
});

test("T11: the warm-up is driven but not recorded", async () => {
  const { finish, calls } = scene({ mode: open(100), warmupMs: 5_000, durationMs: 2_000 }, (_slot, nowMs) => ({
    tookMs: nowMs < 3_000 ? 100 : 1,
  }));
  const { warmup, measured } = await finish(20_000);
  assert.equal(warmup.finished, 500);
  assert.equal(measured.finished, 200);
  assert.ok(calls.every(({ dueMs, endMs }) => dueMs >= 5_000 && endMs - dueMs < 20));
});

test("closed loop: each answer starts the next call, until the number is reached", async () => {
  const { finish, engine } = scene({ mode: { kind: "closed", concurrency: 3 }, total: 10 }, () => ({ tookMs: 10 }));
  const { measured, endReason } = await finish(1_000);
  assert.equal(measured.finished, 10);
  assert.equal(endReason, "total");
  assert.deepEqual(
    engine.starts.map(({ atMs }) => atMs - startMs),
    [0, 0, 0, 10, 10, 10, 20, 20, 20, 30],
  );
});

test("closed loop: no call is started once the time is up", async () => {
  const { finish } = scene({ mode: { kind: "closed", concurrency: 2 }, durationMs: 95 }, () => ({ tookMs: 10 }));
  assert.equal((await finish(1_000)).measured.started, 20);
});

test("a run that is stopped plans no more and keeps what it has", async () => {
  const { drive, clock, finish } = scene({ mode: open(100), durationMs: 60_000 }, () => ({ tookMs: 50 }));
  clock.runTo(startMs + 1_005);
  drive.stop("signal");
  const { measured, endReason } = await finish(2_000);
  assert.equal(endReason, "signal");
  assert.equal(measured.planned, 101);
  assert.equal(measured.finished, 101);
});

test("T23: the messages of a stream have a time to the first and gaps between", async () => {
  const messagesMs = [20, 30, 40, 340, 350];
  const { finish, calls, gapsMs } = scene({ mode: open(1), total: 1 }, () => ({ tookMs: 360, messagesMs }));
  await finish(1_000);
  assert.deepEqual(gapsMs, [10, 10, 300, 10]);
  assert.equal(calls[0]?.firstMs, 20);
});

test("T32: the slices of workers are the plan, each slot once", async () => {
  const starts: number[] = [];
  for (const index of [0, 1, 2, 3]) {
    const { finish, engine } = scene({ mode: open(10), durationMs: 10_300, slice: { index, count: 4 } }, () => ({
      tookMs: 1,
    }));
    await finish(20_000);
    starts.push(...engine.starts.map(({ atMs }) => atMs - startMs));
  }
  assert.deepEqual(
    starts.sort((a, b) => a - b),
    Array.from({ length: 103 }, (_, slot) => slot * 100),
  );
});
