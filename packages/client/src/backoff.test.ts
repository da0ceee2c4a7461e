import assert from "node:assert/strict";
import { test } from "node:test";
import { backoffMs } from "./backoff.ts";

const waits = (random: number) => [0, 1, 2, 6, 7, 8, 1_000].map((attempts) => backoffMs(attempts, () => random));

test("waits double up to two seconds", () => {
  assert.deepEqual(waits(1), [20, 40, 80, 1_280, 2_000, 2_000, 2_000]);
});

test("half of each wait is left to chance", () => {
  assert.deepEqual(waits(0), [10, 20, 40, 640, 1_000, 1_000, 1_000]);
});
