import assert from "node:assert/strict";
import { test } from "node:test";
import { anyMissed, targetTable } from "./targets.ts";

const series = [
  { name: "ours", values: [2, 2, 4] },
  { name: "theirs", values: [10, 30, 12] },
];

test("a target is judged by the median of the ratios of the same round", () => {
  const text = targetTable(
    [
      { of: "theirs", than: "ours", is: "at least", times: 5 },
      { of: "theirs", than: "ours", is: "at least", times: 6 },
      { of: "ours", than: "theirs", is: "at most", times: 0.2 },
    ],
    series,
  );
  assert.deepEqual(
    text.split("\n").map((line) => line.split(/ {2,}/)),
    [
      ["target", "median (range)"],
      ["theirs / ours at least 5", "5.00 (3.00–15.0)", "holds (in 2 of 3 rounds)"],
      ["theirs / ours at least 6", "5.00 (3.00–15.0)", "MISSED (in 1 of 3 rounds)"],
      ["ours / theirs at most 0.2", "0.200 (0.0667–0.333)", "holds (in 2 of 3 rounds)"],
    ],
  );
});

test("a target whose contender is missing is not passed over", () => {
  const text = targetTable([{ of: "absent", than: "ours", is: "at least", times: 2 }], series);
  assert.match(text, /absent \/ ours at least 2 +- +NOT MEASURED/);
});

test("targets are missed by those that the median misses, and not by those that could not be measured", () => {
  const target = { of: "theirs", than: "ours", is: "at least" } as const;
  assert.equal(anyMissed([{ ...target, times: 5 }], series), false);
  assert.equal(
    anyMissed(
      [
        { ...target, times: 5 },
        { ...target, times: 6 },
      ],
      series,
    ),
    true,
  );
  assert.equal(anyMissed([{ ...target, of: "absent", times: 6 }], series), false);
});
