import assert from "node:assert/strict";
import { test } from "node:test";
import { normalShare, tailOf } from "./confidence.ts";

// From tables of Student's distribution: two-sided 95 % at 9 and 99 % at 39 degrees of freedom.
for (const [confidence, units, student] of [
  [0.95, 10, 2.262],
  [0.99, 40, 2.708],
] as const) {
  test(`resampling ${units} units is widened to Student's distribution at ${confidence}`, () => {
    const expected = normalShare(-student * Math.sqrt(units / (units - 1)));
    assert.ok(Math.abs(tailOf(confidence, units) / expected - 1) < 0.03, String(tailOf(confidence, units)));
  });
}

test("with many units nothing is widened", () => assert.ok(Math.abs(tailOf(0.95, 100_000) - 0.025) < 1e-4));
