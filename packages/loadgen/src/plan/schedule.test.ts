import assert from "node:assert/strict";
import { test } from "node:test";
import { createSchedule, type Load, lengthMs, type Stage } from "./schedule.ts";

const hold = (durationMs: number, perSecond: number): Stage => ({
  durationMs,
  fromPerSecond: perSecond,
  toPerSecond: perSecond,
});

/** How many slots are due in each stretch of `binMs` before `endMs`. */
function bins(load: Load, binMs: number, endMs: number, seed?: number): number[] {
  const schedule = createSchedule(load, seed === undefined ? undefined : { kind: "poisson", seed });
  const counts = new Array<number>(Math.ceil(endMs / binMs)).fill(0);
  for (let slot = 0; schedule(slot) < endMs; slot++) {
    const bin = Math.floor(schedule(slot) / binMs);
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  return counts;
}

/** Variance over mean: 0 for an even stream, 1 for a Poisson one. */
function dispersion(counts: readonly number[]): number {
  const mean = counts.reduce((sum, count) => sum + count, 0) / counts.length;
  return counts.reduce((sum, count) => sum + (count - mean) ** 2, 0) / counts.length / mean;
}

for (const perSecond of [3, 7, 333, 99_991]) {
  test(`T5: at ${perSecond}/s the millionth slot is due exactly at its time`, () => {
    const schedule = createSchedule({ kind: "constant", perSecond });
    assert.equal(schedule(1_000_000), 1_000_000_000 / perSecond);
  });
}

test("T5: stages that hold one rate are as exact as that rate", () => {
  const stages = createSchedule({ kind: "stages", stages: [hold(1e9, 333), hold(1e9, 333)] });
  const constant = createSchedule({ kind: "constant", perSecond: 333 });
  for (const slot of [0, 1, 999_999, 1_000_000]) assert.ok(Math.abs(stages(slot) - constant(slot)) < 1e-3);
});

test("T6: a constant rate has no bursts, a Poisson stream those of chance", () => {
  const load: Load = { kind: "constant", perSecond: 1_000 };
  assert.ok(dispersion(bins(load, 10, 10_000)) < 0.01);
  const random = dispersion(bins(load, 10, 10_000, 7));
  assert.ok(random > 0.8 && random < 1.2, `${random}`);
});

test("stages follow each other: the rate of each holds for its time, and then the plan ends", () => {
  const load: Load = { kind: "stages", stages: [hold(2_000, 10), hold(1_000, 0), hold(1_000, 50)] };
  assert.deepEqual(bins(load, 1_000, 10_000), [10, 10, 0, 50, 0, 0, 0, 0, 0, 0]);
  assert.equal(createSchedule(load)(70), Number.POSITIVE_INFINITY);
  assert.equal(lengthMs(load), 4_000);
});

test("a line rises by the same amount each second", () => {
  const load: Load = { kind: "stages", stages: [{ durationMs: 10_000, fromPerSecond: 0, toPerSecond: 200 }] };
  const counts = bins(load, 1_000, 10_000);
  counts.forEach((count, second) => {
    assert.ok(Math.abs(count - (10 + 20 * second)) <= 1, `second ${second}: ${count}`);
  });
});

test("a line may fall to nothing", () => {
  const load: Load = { kind: "stages", stages: [{ durationMs: 2_000, fromPerSecond: 100, toPerSecond: 0 }] };
  const [first = 0, second = 0, third] = bins(load, 1_000, 3_000);
  assert.ok(Math.abs(first - 75) <= 1, `${first}`);
  assert.equal(first + second, 100);
  assert.equal(third, 0);
});

test("a sine swings about its mean", () => {
  const counts = bins({ kind: "sine", mean: 100, amplitude: 100, periodMs: 4_000 }, 1_000, 8_000);
  const [rising = 0, high = 0, falling = 0, low = 0] = counts;
  assert.ok(rising > 160 && high > 160 && falling < 40 && low < 40, counts.join(" "));
  assert.ok(Math.abs(counts.reduce((sum, count) => sum + count) - 800) <= 1);
});

for (const [what, mean, amplitude, periodMs] of [
  ["that falls to nothing", 100, 100, 4_000],
  ["that never does", 100, 50, 30_000],
  ["that does not swing", 300, 0, 1_000],
  ["of an hour", 1_000, 999, 3_600_000],
  ["faster than its calls", 0.5, 0.5, 300],
] as const) {
  test(`a sine ${what} is exact, at any distance, and its slots are found in a few steps`, (t) => {
    const schedule = createSchedule({ kind: "sine", mean, amplitude, periodMs });
    const slots = [...Array.from({ length: 1_000 }, (_, slot) => slot), 1e6, 1e9 + 1];
    const cos = t.mock.method(Math, "cos");
    const due = slots.map(schedule);
    assert.ok(cos.mock.callCount() < 8 * slots.length, `${cos.mock.callCount()}`);
    const swing = ((amplitude / 1_000) * periodMs) / (2 * Math.PI);
    slots.forEach((slot, index) => {
      const dueMs = due[index] as number;
      const planned = (mean / 1_000) * dueMs + swing * (1 - Math.cos((2 * Math.PI * dueMs) / periodMs));
      assert.ok(Math.abs(planned - slot) <= 1e-9 + 1e-14 * slot, `${slot}: ${planned}`);
    });
  });
}

test("a spike takes the last part of each period, and the rate is exact at any distance", () => {
  const load: Load = { kind: "spike", basePerSecond: 10, peakPerSecond: 100, peakMs: 1_000, periodMs: 3_000 };
  assert.deepEqual(bins(load, 1_000, 9_000), [10, 10, 100, 10, 10, 100, 10, 10, 100]);
  assert.equal(createSchedule(load)(120 * 1_000_000 + 20), 3_000 * 1_000_000 + 2_000);
  const fromNothing: Load = { ...load, basePerSecond: 0 };
  assert.deepEqual(bins(fromNothing, 1_000, 6_000), [0, 0, 100, 0, 0, 100]);
});

test("a trace is replayed as it is", () => {
  const schedule = createSchedule({ kind: "trace", offsetsMs: [0, 3, 3, 10] });
  assert.deepEqual([0, 1, 2, 3, 4].map(schedule), [0, 3, 3, 10, Number.POSITIVE_INFINITY]);
});

test("a seed repeats a Poisson stream, another one gives another", () => {
  const times = (seed: number) => {
    const schedule = createSchedule({ kind: "constant", perSecond: 100 }, { kind: "poisson", seed });
    return Array.from({ length: 100 }, (_, slot) => schedule(slot));
  };
  assert.deepEqual(times(1), times(1));
  assert.notDeepEqual(times(1), times(2));
});

test("Poisson arrivals keep to a rate that changes", () => {
  const load: Load = { kind: "stages", stages: [hold(10_000, 100), hold(10_000, 1_000)] };
  const [slow = 0, fast = 0] = bins(load, 10_000, 20_000, 5);
  assert.ok(Math.abs(slow - 1_000) < 120, `${slow}`);
  assert.ok(Math.abs(fast - 10_000) < 400, `${fast}`);
});
