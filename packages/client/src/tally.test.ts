import assert from "node:assert/strict";
import { test } from "node:test";
import { addCounts, type Counts, createTally, noCounts } from "./tally.ts";

function tallyOf(numbers: readonly number[], first?: bigint) {
  const tally = createTally(first);
  for (const number of numbers) tally.receive(BigInt(number));
  return tally;
}

interface Case {
  readonly what: string;
  readonly numbers: readonly number[];
  readonly end: bigint;
  readonly counts: Partial<Counts>;
  readonly next: bigint;
}

const cases: readonly Case[] = [
  { what: "a whole conversation has nothing to report", numbers: [1, 2, 3, 4], end: 4n, counts: {}, next: 5n },
  { what: "a skipped number is lost", numbers: [1, 2, 4, 5], end: 5n, counts: { lost: 1 }, next: 3n },
  { what: "a skipped first number is lost", numbers: [2, 3], end: 3n, counts: { lost: 1 }, next: 1n },
  { what: "a tail that is cut is lost", numbers: [1, 2, 3], end: 10n, counts: { lost: 7 }, next: 4n },
  { what: "a repeated number is duplicated", numbers: [1, 2, 2, 3], end: 3n, counts: { duplicated: 1 }, next: 4n },
  { what: "each repetition counts", numbers: [1, 1, 1, 1], end: 1n, counts: { duplicated: 3 }, next: 2n },
  { what: "a repetition that comes later counts", numbers: [1, 2, 3, 1], end: 3n, counts: { duplicated: 1 }, next: 4n },
  {
    what: "two that are swapped are one out of order",
    numbers: [1, 3, 2, 4],
    end: 4n,
    counts: { outOfOrder: 1 },
    next: 5n,
  },
  { what: "a latecomer is out of order once", numbers: [2, 3, 4, 1], end: 4n, counts: { outOfOrder: 1 }, next: 5n },
  {
    what: "turned around, all but one are out of order",
    numbers: [4, 3, 2, 1],
    end: 4n,
    counts: { outOfOrder: 3 },
    next: 5n,
  },
  {
    what: "a repeated number ahead of a gap is duplicated",
    numbers: [1, 3, 3],
    end: 3n,
    counts: { lost: 1, duplicated: 1 },
    next: 2n,
  },
  { what: "numbers past the end were not asked for", numbers: [1, 2, 3, 9], end: 2n, counts: { unasked: 2 }, next: 4n },
  { what: "0 was not asked for", numbers: [0, 1], end: 1n, counts: { unasked: 1 }, next: 2n },
  { what: "nothing at all is all lost", numbers: [], end: 5n, counts: { lost: 5 }, next: 1n },
  {
    what: "skips, repetitions, swaps and a cut tail are counted each by itself",
    numbers: [1, 2, 4, 5, 5, 7, 6, 8],
    end: 10n,
    counts: { lost: 3, duplicated: 1, outOfOrder: 1 },
    next: 3n,
  },
];

for (const { what, numbers, end, counts, next } of cases) {
  test(what, () => {
    const tally = tallyOf(numbers);
    assert.deepEqual(tally.counts(end), { ...noCounts, received: numbers.length, ...counts });
    assert.equal(tally.next, next);
  });
}

test("a conversation that begins later is counted from there", () => {
  const tally = tallyOf([5, 6, 8], 5n);
  assert.deepEqual(tally.counts(8n), { ...noCounts, received: 3, lost: 1 });
  assert.equal(tally.next, 7n);
  assert.equal(tally.highest, 8n);
});

test("the highest number is where a conversation that was cut off is known to have got to", () => {
  assert.equal(tallyOf([]).highest, 0n);
  assert.equal(tallyOf([1, 4, 2]).highest, 4n);
  assert.deepEqual(tallyOf([1, 4, 2]).counts(4n), { ...noCounts, received: 3, lost: 1, outOfOrder: 1 });
});

test("counts of many conversations add up", () => {
  const sum = [tallyOf([1, 1]).counts(2n), tallyOf([2, 1]).counts(1n)].reduce(addCounts, noCounts);
  assert.deepEqual(sum, { received: 4, lost: 1, duplicated: 1, outOfOrder: 1, unasked: 1 });
});
