import assert from "node:assert/strict";
import { test } from "node:test";
import { parseSettings } from "@hey/runtime";
import { createPlan } from "../plan/load.ts";
import { createSlots } from "../plan/slots.ts";
import { positionals, settings } from "../settings/settings.ts";
import { partOf, slotsOf, workerPlan } from "./share.ts";

const slices = (count: number) => Array.from({ length: count }, (_, index) => ({ index, count }));
const sum = (all: readonly number[]) => all.reduce((total, each) => total + each, 0);
const planOf = (...args: readonly string[]) =>
  createPlan(parseSettings({ name: "", summary: "", positionals, settings }, [...args, "a:1"], {}));

test("T32: parts add up to the whole, and differ by one at most", () => {
  for (const [total, count] of [
    [1_003, 4],
    [10, 4],
    [3, 4],
    [64, 1],
    [0, 3],
  ] as const) {
    const parts = slices(count).map((slice) => partOf(total, slice));
    assert.equal(sum(parts), total);
    assert.ok(Math.max(...parts) - Math.min(...parts) <= 1, parts.join());
  }
});

test("T32: each slot is exactly one worker's, wherever the measured ones begin", () => {
  for (let count = 1; count <= 5; count++) {
    for (let first = 0; first < 7; first++) {
      for (let total = 0; total < 12; total++) {
        const expected = slices(count).map(
          ({ index }) =>
            Array.from({ length: total }, (_, each) => first + each).filter((slot) => slot % count === index).length,
        );
        assert.deepEqual(
          slices(count).map((slice) => slotsOf(total, first, slice)),
          expected,
        );
      }
    }
  }
});

test("T32: a rate of 10 by four workers is 10 a second, evenly apart", () => {
  const { mode } = planOf("--rps", "10");
  assert.equal(mode.kind, "open");
  const due = slices(4).flatMap((slice) => {
    const slots = mode.kind === "open" ? createSlots(mode.schedule(), slice) : assert.fail();
    return Array.from({ length: 5 }, () => {
      const { dueMs } = slots;
      slots.advance();
      return dueMs;
    });
  });
  assert.deepEqual(
    due.sort((a, b) => a - b),
    Array.from({ length: 20 }, (_, slot) => slot * 100),
  );
});

for (const [what, args] of [
  ["callers", ["-c", "10", "-n", "7"]],
  ["calls in flight", ["--rps", "100", "--max-in-flight", "11", "-n", "30"]],
  ["calls after a warm-up", ["--rps", "100", "--warmup", "33ms", "-n", "31"]],
  ["calls at random times", ["--rps", "100", "--arrival", "poisson", "--warmup", "100ms", "-n", "31"]],
] as const) {
  test(`the workers' ${what} are those of the run`, () => {
    const whole = planOf(...args);
    const warmupMs = whole.description.warmupMs;
    const parts = slices(4).map((slice) => workerPlan(whole, slice, warmupMs));
    const atATime = ({ mode }: typeof whole) => (mode.kind === "closed" ? mode.concurrency : mode.maxInFlight);
    assert.equal(sum(parts.map(({ total }) => total)), whole.total);
    assert.equal(sum(parts.map(atATime)), atATime(whole));
  });
}
