import assert from "node:assert/strict";
import { test } from "node:test";
import { binomialBounds } from "./binomial.ts";

for (const [draws, probability, min, max] of [
  // Summed with exact fractions: the first and the last number with more than 1 in two million beyond or at it.
  [20, 0.5, 0, 20],
  [1_000, 0.1, 57, 149],
  [600, 1 / 3, 145, 258],
  [10, 0, 0, 0],
  [10, 1, 10, 10],
  [0, 0.5, 0, 0],
] as const) {
  test(`${draws} draws of ${probability} come to ${min} to ${max}`, () => {
    assert.deepEqual(binomialBounds(draws, probability), { min, max });
  });
}
