import assert from "node:assert/strict";
import { test } from "node:test";
import { type Histogram, percentile } from "../record/histogram.ts";
import { createRecorder, gather } from "../record/recorder.ts";
import { open, scene, startMs } from "../testing/scene.ts";
import type { Mode } from "./drive-options.ts";

/** Twenty seconds against a server that answers in a ms, and from the 8th to the 10th second not at all. */
async function freeze(mode: Mode, frozen = { fromMs: 8_000, toMs: 10_000 }) {
  const recorder = createRecorder();
  const { finish } = scene({ mode, durationMs: 20_000, recorder }, (_slot, nowMs) => ({
    tookMs: nowMs >= frozen.fromMs && nowMs < frozen.toMs ? frozen.toMs - nowMs + 1 : 1,
  }));
  const { measured } = await finish(30_000);
  const { groups } = recorder.recording;
  return { measured, response: gather(groups, "response"), service: gather(groups, "service") };
}

/** Whether a percentile is what it has to be, in ms, to a twentieth. */
function assertNear(histogram: Histogram, percent: number, ms: number): void {
  const seen = percentile(histogram, percent) / 1000;
  assert.ok(Math.abs(seen - ms) <= ms / 20, `p${percent}: ${seen} ms; expected ${ms} ± ${ms / 20}`);
}

/** How many recorded values are above a time. */
function above(histogram: Histogram, ms: number): number {
  let calls = 0;
  for (let rank = 1; rank <= histogram.count; rank++) {
    if (percentile(histogram, (100 * rank) / histogram.count) > ms * 1000) calls++;
  }
  return calls;
}

test("T1: a freeze of the server is in every response time that it hit", async () => {
  const { measured, response } = await freeze(open(100));
  assert.equal(measured.finished, 2_000);
  assertNear(response, 50, 1);
  assertNear(response, 95, 1_000);
  assertNear(response, 99, 1_800);
  assertNear(response, 100, 2_000);
  assert.equal(above(response, 1.5), 200, "each of the slots of two seconds");
});

test("T1: a closed loop with one call in flight sees the same freeze once", async () => {
  const { response, service } = await freeze({ kind: "closed", concurrency: 1 });
  for (const view of [response, service]) {
    assert.equal(above(view, 1.5), 1);
    assertNear(view, 99.9, 1);
    assertNear(view, 100, 2_000);
  }
});

test("T2: nothing is corrected: with a healthy server response and service times are the same", async () => {
  const { measured, response, service } = await freeze(open(100), { fromMs: 0, toMs: 0 });
  assert.equal(measured.finished, 2_000);
  assert.deepEqual(response, service);
  assert.deepEqual([response.count, response.minUs, response.maxUs], [2_000, 1_000, 1_000]);
});

test("T3: a freeze adds no values that are no calls, in no view", async () => {
  for (const mode of [open(100), open(100, { maxInFlight: 1 }), { kind: "closed", concurrency: 1 } as const]) {
    const { measured, response, service } = await freeze(mode);
    assert.equal(response.count, measured.finished);
    assert.equal(service.count, measured.finished);
  }
});

test("T1: a call that waited for its turn behind the freeze has the wait in its response time alone", async () => {
  const { response, service } = await freeze(open(100, { maxInFlight: 1 }));
  assertNear(response, 95, 1_100); // Each waits for the freeze and, a ms each, for those before it in the queue.
  assert.equal(above(service, 1.5), 1);
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

test("T11: the warm-up is driven but not recorded", async () => {
  const { finish, calls } = scene({ mode: open(100), warmupMs: 5_000, durationMs: 2_000 }, (_slot, nowMs) => ({
    tookMs: nowMs < 3_000 ? 100 : 1,
  }));
  const { warmup, measured } = await finish(20_000);
  assert.equal(warmup.finished, 500);
  assert.equal(measured.finished, 200);
  assert.ok(calls.every(({ dueMs, endMs }) => dueMs >= 5_000 && endMs - dueMs < 20));
});

test("T11: what was planned in the warm-up and ends after it is not recorded either", async () => {
  const { finish, calls, gapsMs } = scene({ mode: open(100), warmupMs: 5_000, durationMs: 2_000 }, () => ({
    tookMs: 100,
    messagesMs: [40, 100],
  }));
  const { warmup, measured } = await finish(20_000);
  assert.deepEqual([warmup.finished, measured.finished], [500, 200]);
  assert.deepEqual([calls.length, gapsMs.length], [200, 200]);
  assert.ok(calls.every(({ dueMs }) => dueMs >= 5_000));
});
