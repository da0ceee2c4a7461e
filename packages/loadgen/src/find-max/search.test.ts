import assert from "node:assert/strict";
import { test } from "node:test";
import { randomOf } from "../plan/random.ts";
import { nextMove, type Outcome, type SearchRange, type StepResult, type Tried } from "./search.ts";

const range: SearchRange = { fromPerSecond: 100, toPerSecond: 50_000, precision: 0.05 };

/** Follows a search to its end. */
function search(result: (perSecond: number, step: number) => StepResult, given: Partial<SearchRange> = {}) {
  const tried: Tried[] = [];
  for (;;) {
    const move = nextMove({ ...range, ...given }, tried);
    if (move.kind === "end") return { outcome: move.outcome, tried };
    tried.push({ perSecond: move.perSecond, result: result(move.perSecond, tried.length) });
    assert.ok(tried.length <= 60, "the search does not end");
  }
}

/**
 * One server with a queue before it: at capacity c and rate r, the time that 99 of 100 calls do not exceed is that of an
 * M/M/1 queue, ln 100 / (c − r), here with noise of so much on each step; without end from the capacity on.
 */
function queue(capacity: number, { seed = 1, noise = 0, sloS = 0.05 } = {}) {
  const random = randomOf(seed);
  return (perSecond: number): StepResult => {
    const p99S = perSecond < capacity ? Math.log(100) / (capacity - perSecond) : Number.POSITIVE_INFINITY;
    return p99S * (1 + noise * (2 * random() - 1)) < sloS ? "met" : "missed";
  };
}

/** The highest rate that meets: ln 100 / (c − r) = the SLO. */
const truth = (capacity: number, sloS = 0.05) => capacity - Math.log(100) / sloS;

function rateOf(outcome: Outcome): number {
  assert.equal(outcome.kind, "found", JSON.stringify(outcome));
  return outcome.kind === "found" ? outcome.perSecond : 0;
}

for (const capacity of [250, 1_000, 3_333, 20_000, 49_000]) {
  test(`the highest rate of a server with a capacity of ${capacity}/s is found to 5 %, and was tried twice`, () => {
    const { outcome, tried } = search(queue(capacity));
    const found = rateOf(outcome);
    assert.ok(found <= truth(capacity) && found >= truth(capacity) / 1.055, `${found} of ${truth(capacity)}`);
    assert.equal(tried.filter(({ perSecond, result }) => perSecond === found && result === "met").length, 2);
    assert.ok(tried.length < 20, `${tried.length} steps`);
  });
}

test("noise moves what is found by little, and never keeps the search from ending", () => {
  for (let seed = 1; seed <= 200; seed++) {
    const found = rateOf(search(queue(2_000, { seed, noise: 0.3 })).outcome);
    assert.ok(found > truth(2_000) * 0.85 && found < truth(2_000) * 1.05, `${found} with seed ${seed}`);
  }
});

test("a hiccup during the rise does not end it", () => {
  const calm = queue(10_000);
  const { outcome } = search((perSecond, step) => (step === 1 ? "missed" : calm(perSecond)));
  assert.ok(rateOf(outcome) > 9_000, JSON.stringify(outcome));
});

test("a finer precision gives a finer rate", () => {
  const found = rateOf(search(queue(3_333), { precision: 0.01 }).outcome);
  assert.ok(found <= truth(3_333) && found >= truth(3_333) / 1.015, String(found));
});

test("a rate that met once and then misses is not the answer", () => {
  const results = new Map<number, number>();
  const { outcome } = search((perSecond) => {
    const times = (results.get(perSecond) ?? 0) + 1;
    results.set(perSecond, times);
    if (perSecond >= 3_000) return "missed";
    return perSecond > 1_700 && times > 1 ? "missed" : "met";
  });
  assert.ok(rateOf(outcome) <= 1_700, JSON.stringify(outcome));
});

test("the highest rate asked for, if it meets twice, is the answer", () => {
  const { outcome, tried } = search(() => "met", { toPerSecond: 700 });
  assert.deepEqual(outcome, { kind: "top", perSecond: 700 });
  assert.deepEqual(
    tried.map(({ perSecond }) => perSecond),
    [100, 200, 400, 700, 700],
  );
});

test("a generator that is saturated twice ends the search, and keeps what met", () => {
  const { outcome } = search((perSecond) => (perSecond > 1_000 ? "saturated" : "met"));
  assert.deepEqual(outcome, { kind: "generator", perSecond: 800, saturatedPerSecond: 1_600 });
});

test("one saturated step is tried again", () => {
  const calm = queue(2_000);
  assert.ok(rateOf(search((perSecond, step) => (step === 2 ? "saturated" : calm(perSecond))).outcome) > 1_700);
});

test("a server that does not meet at the lowest rate has none", () => {
  assert.deepEqual(search(() => "missed").outcome, { kind: "none", missedPerSecond: 100 });
});

test("whatever the results, the search ends", () => {
  for (let seed = 1; seed <= 300; seed++) {
    const random = randomOf(seed);
    search(() => (random() < 0.5 ? "met" : random() < 0.9 ? "missed" : "saturated"));
  }
});
