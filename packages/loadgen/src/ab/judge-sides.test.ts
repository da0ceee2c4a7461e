import assert from "node:assert/strict";
import { test } from "node:test";
import { randomOf } from "../plan/random.ts";
import { type Blocks, createBlocks } from "./blocks.ts";
import { judgeSides, type SideBySide, type SidesQuestion } from "./judge-sides.ts";
import type { Side } from "./sides.ts";

const question: SidesQuestion = { lengthMs: 250, rates: false, minDifference: 0, seed: 1, resamples: 500 };

interface Script {
  readonly seed: number;
  readonly seconds: number;
  readonly slower?: number;
  readonly failing?: number;
  /** What every answer of B takes more. */
  readonly moreUs?: number;
}

/**
 * Two servers with times that are skewed, as real ones are, and that share their troubles: for stretches of half a second
 * both are slower, so that calls close together depend on each other.
 */
function scripted({ seed, seconds, slower = 1, failing = 0, moreUs = 0 }: Script): Blocks {
  const random = randomOf(seed);
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const blocks = createBlocks();
  let trouble = 1;
  for (let dueMs = 0; dueMs < seconds * 1_000; dueMs += 5) {
    if (dueMs % 500 === 0) trouble = random() < 0.2 ? 3 : 1;
    for (const side of ["a", "b"] satisfies Side[]) {
      const us = 1_000 * trouble * Math.exp(0.5 * normal()) * (side === "b" ? slower : 1) + (side === "b" ? moreUs : 0);
      blocks.add(side, dueMs, us, side === "b" && random() < failing);
    }
  }
  return blocks;
}

function judged(script: Script, given: Partial<SidesQuestion> = {}): ReadonlyMap<string, SideBySide> {
  const { list, lengthMs } = scripted(script);
  return new Map(judgeSides(list, { ...question, lengthMs, ...given }).map((figure) => [figure.name, figure]));
}

test("T42: a thing compared with itself is undecided in every figure, in 95 of 100 comparisons", () => {
  let decided = 0;
  for (let seed = 1; seed <= 100; seed++) {
    const figures = judged({ seed, seconds: 10 });
    if ([...figures.values()].some(({ verdict }) => verdict !== "undecided")) decided++;
  }
  assert.ok(decided <= 5, `${decided} of 100`);
});

test("T42: one that is 20 % slower is worse, whatever the seed, and by 20 %", () => {
  for (let seed = 1; seed <= 20; seed++) {
    const figures = judged({ seed, seconds: 20, slower: 1.2 });
    for (const name of ["mean", "p50", "p90"]) {
      const { verdict, ratio, difference } = figures.get(name) ?? assert.fail(name);
      assert.equal(verdict, "worse", `${name}, seed ${seed}: ${JSON.stringify(ratio)}`);
      assert.ok((ratio?.low ?? 0) < 1.2 && (ratio?.high ?? 0) > 1.2, `${name}, seed ${seed}: ${JSON.stringify(ratio)}`);
      assert.ok((difference?.low ?? 0) > 0);
    }
  }
});

test("T42: a millisecond more is found", () => {
  for (let seed = 1; seed <= 5; seed++) {
    const figures = judged({ seed, seconds: 20, moreUs: 1_000 });
    for (const name of ["mean", "p50", "p90"]) {
      const { verdict, difference } = figures.get(name) ?? assert.fail(name);
      assert.equal(verdict, "worse", `${name}, seed ${seed}`);
      assert.ok((difference?.low ?? 0) < 1_000 && (difference?.high ?? 0) > 1_000, JSON.stringify(difference));
    }
  }
});

test("one that is faster is better", () => {
  assert.equal(judged({ seed: 3, seconds: 20, slower: 0.7 }).get("p50")?.verdict, "better");
});

test("a difference below the least that matters is undecided", () => {
  const script = { seed: 4, seconds: 30, slower: 1.2 };
  assert.equal(judged(script).get("p50")?.verdict, "worse");
  assert.equal(judged(script, { minDifference: 0.25 }).get("p50")?.verdict, "undecided");
});

test("errors are judged too: a few may be chance, one call in twenty is not", () => {
  assert.equal(judged({ seed: 5, seconds: 10, failing: 0.0005 }).get("errors")?.verdict, "undecided");
  const { verdict, a, b, ratio } = judged({ seed: 5, seconds: 10, failing: 0.05 }).get("errors") ?? assert.fail();
  assert.equal(verdict, "worse");
  assert.equal(a, 0);
  assert.ok((b ?? 0) > 0.03);
  assert.equal(ratio?.value, null, "there is no number for how many times more than nothing");
});

test("more calls a second are better, when the callers of each side wait for their answers", () => {
  const blocks = createBlocks();
  for (let dueMs = 0; dueMs < 10_000; dueMs++) {
    if (dueMs % 2 === 0) blocks.add("a", dueMs, 2_000, false);
    blocks.add("b", dueMs, 1_000, false);
  }
  const figures = judgeSides(blocks.list, { ...question, rates: true });
  const { a, b, verdict } = figures.find(({ name }) => name === "rate") ?? assert.fail();
  assert.deepEqual([a, b, verdict], [500, 1_000, "better"]);
});

test("without enough calls or time nothing is said but why", () => {
  const short = judged({ seed: 6, seconds: 2 }).get("p50");
  assert.equal(short?.difference, null);
  assert.match(short?.reason ?? "", /^too short: 8 blocks of 250 ms had calls; 10 are needed$/);
  const { reason, verdict } = judged({ seed: 6, seconds: 4 }).get("p99") ?? assert.fail();
  assert.equal(verdict, "undecided");
  assert.match(reason, /^too few calls: 800; each side needs 1000$/);
});

test("the same calls and the same seed give the same intervals", () => {
  const script = { seed: 7, seconds: 5 };
  assert.deepEqual(judged(script), judged(script));
  const interval = (resamples: number) => judged(script, { resamples }).get("mean")?.difference;
  assert.notDeepEqual(interval(100), interval(500), "and more draws others, a little");
});

test("a long run has longer blocks, and not more of them", () => {
  const blocks = createBlocks();
  for (let dueMs = 0; dueMs < 3_600_000; dueMs += 100) blocks.add("a", dueMs, 1_000, dueMs % 1_000 === 0);
  assert.ok(blocks.list.length > 64 && blocks.list.length <= 128, String(blocks.list.length));
  assert.equal(blocks.list.length, Math.ceil(3_600_000 / blocks.lengthMs));
  const sum = (of: (index: number) => number) => blocks.list.reduce((all, _, index) => all + of(index), 0);
  assert.equal(
    sum((index) => blocks.list[index]?.a.response.count ?? 0),
    36_000,
  );
  assert.equal(
    sum((index) => blocks.list[index]?.a.failed ?? 0),
    3_600,
  );
});
