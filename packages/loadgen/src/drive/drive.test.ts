import assert from "node:assert/strict";
import { test } from "node:test";
import { createRecorder } from "../record/recorder.ts";
import { createReport } from "../report/create-report.ts";
import { runRecord } from "../testing/sample-run.ts";
import { open, scene, startMs } from "../testing/scene.ts";

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
  assert.deepEqual(measured, { planned: 500, started: 50, dropped: 450, queued: 0, finished: 50, cancelled: 0 });
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

test("closed loop: the drain begins with the start of the last call", async () => {
  const mode = { kind: "closed", concurrency: 5 } as const;
  const { finish } = scene({ mode, total: 5, drainMs: 1_000 }, () => ({ tookMs: 60_000 }));
  const { measured } = await finish(1_000);
  assert.deepEqual(measured, { planned: 5, started: 5, dropped: 0, queued: 0, finished: 0, cancelled: 5 });
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

test("what was due before a stop is planned and started, though nothing has woken up for it", async () => {
  const { drive, clock, finish } = scene({ mode: open(100), durationMs: 60_000 }, () => ({ tookMs: 50 }));
  clock.runTo(startMs + 1_000);
  clock.block(35);
  drive.stop("signal");
  const { measured } = await finish(2_000);
  assert.deepEqual([measured.planned, measured.started], [104, 104]);
});

test("a signal in the drain is what a run ends with", async () => {
  const { drive, clock, finish } = scene({ mode: open(10), durationMs: 1_000 }, () => ({ tookMs: 20_000 }));
  clock.runTo(startMs + 3_500);
  drive.stop("signal");
  drive.cut();
  const { measured, endReason } = await finish(4_000);
  assert.equal(endReason, "signal");
  assert.deepEqual([measured.started, measured.cancelled], [10, 10]);
});

test("T29: what ends after the plan belongs to the drain, though the timer of the end is late", async () => {
  const recorder = createRecorder();
  const { clock, drive, finish } = scene({ mode: open(100), durationMs: 1_000, recorder }, () => ({ tookMs: 50 }));
  clock.runTo(startMs + 990);
  // Answers are read before the timer has its turn.
  clock.block(30);
  for (let tag = 0; tag < 64; tag++) if (drive.isMeasured(tag)) drive.onEnd(tag, 0, 0, clock.now(), "");
  await finish(10_000);
  const { all, inWindow } = recorder.recording;
  assert.deepEqual([all.finished, inWindow.finished], [100, 95]);
});

const planEnds = [
  { what: "by number ends when the call after the last one would be due", given: { total: 2 }, endsMs: 4_000 },
  { what: "by time ends with the time", given: { durationMs: 3_000 }, endsMs: 3_000 },
  { what: "by both ends with the time, where that comes first", given: { total: 2, durationMs: 3_500 }, endsMs: 3_500 },
  { what: "with a warm-up counts its calls from there", given: { total: 2, warmupMs: 2_000 }, endsMs: 6_000 },
] as const;

for (const { what, given, endsMs } of planEnds) {
  test(`T29: a plan ${what}`, async () => {
    const { finish } = scene({ mode: open(0.5), ...given }, () => ({ tookMs: 50 }));
    assert.equal((await finish(10_000)).planEndMs - startMs, endsMs);
  });
}

test("T29: a plan of a signal, and a closed loop, end when planning does", async () => {
  const stopped = scene({ mode: open(0.5), total: 10 }, () => ({ tookMs: 50 }));
  stopped.clock.runTo(startMs + 2_500);
  stopped.drive.stop("signal");
  assert.equal((await stopped.finish(3_000)).planEndMs - startMs, 2_500);
  const closed = scene({ mode: { kind: "closed", concurrency: 1 }, total: 3 }, () => ({ tookMs: 50 }));
  assert.equal((await closed.finish(3_000)).planEndMs - startMs, 100);
});

test("T23: the messages of a stream have a time to the first and gaps between", async () => {
  const messagesMs = [20, 30, 40, 340, 350];
  const { finish, calls, gapsMs } = scene({ mode: open(1), total: 1 }, () => ({ tookMs: 360, messagesMs }));
  await finish(1_000);
  assert.deepEqual(gapsMs, [10, 10, 300, 10]);
  assert.equal(calls[0]?.firstMs, 20);
});

test("T23: ten messages with one gap of 300 ms: its first message, its gaps and the messages a second", async () => {
  const messagesMs = [20, 30, 40, 50, 350, 360, 370, 380, 390, 400];
  const recorder = createRecorder();
  const { finish, drive } = scene(
    { mode: open(1), total: 2, recorder },
    () => ({ tookMs: 500, messagesMs }),
    Number.POSITIVE_INFINITY,
    (atMs) => void recorder.streams.received(atMs > 0 ? 8 : 0),
  );
  await finish(5_000);
  const target = { ...runRecord().target, kind: "server_streaming" };
  const { latency, rates, streams } = createReport(
    runRecord({ target, course: drive.course, recording: recorder.recording }),
  );
  const { firstMessage, messageGap, response } = latency;
  assert.deepEqual([firstMessage.minUs, firstMessage.maxUs], [20_000, 20_000]);
  assert.deepEqual([messageGap.count, messageGap.percentilesUs["50"], messageGap.maxUs], [18, 10_007, 300_000]);
  assert.deepEqual([response.count, response.maxUs], [2, 500_000]);
  // Two streams, the second planned after a second: twenty messages in 1.5 s.
  assert.deepEqual([streams.received, Math.round(rates.messagesPerS * 1.5)], [20, 20]);
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
