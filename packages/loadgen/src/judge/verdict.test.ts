import assert from "node:assert/strict";
import { test } from "node:test";
import { watchProcess } from "../record/watch.ts";
import { judged } from "../testing/judged.ts";
import { createHealthTally, type Vital } from "./verdict.ts";

const calm: Vital = {
  atS: 0,
  lengthS: 1,
  measuredS: 1,
  loopDelayMs: 3,
  utilisation: 0.3,
  cpu: 0.3,
  gcMs: 2,
  wakeLateMs: 2,
  throttledMs: 0,
  rssBytes: 1e8,
};

/** So many calm seconds with others among them. */
function seconds(count: number, ...others: readonly Partial<Vital>[]): Vital[] {
  return Array.from({ length: count }, (_, atS) => ({ ...calm, atS, ...others[atS - 2] }));
}

test("T18: a calm generator is ok", () => {
  const { verdict, reasons } = judged(...seconds(10));
  assert.deepEqual({ verdict, reasons }, { verdict: "ok", reasons: [] });
});

for (const [what, vital, words] of [
  ["T7: an event loop that stood still", { loopDelayMs: 300 }, /stood still for up to 300 ms \(at 2 s\)/],
  ["T7: calls that were looked at late", { wakeLateMs: 300 }, /started late by up to 300 ms/],
  ["T18: an event loop that was always busy", { utilisation: 0.99 }, /busy for up to 99 %/],
  ["a container without CPU", { throttledMs: 400 }, /CPU limit held it back for up to 40 %/],
] as const) {
  test(`${what} is a saturated generator, and the second is named`, () => {
    const { verdict, reasons, saturatedS } = judged(...seconds(10, vital));
    assert.equal(verdict, "saturated");
    assert.match(reasons.join("; "), words);
    assert.deepEqual(saturatedS, [2]);
  });
}

test("a little of it is degraded", () => {
  for (const vital of [{ loopDelayMs: 80 }, { wakeLateMs: 80 }, { utilisation: 0.85 }, { throttledMs: 100 }]) {
    assert.equal(judged(...seconds(10, vital)).verdict, "degraded");
  }
});

test("T18: standing still for 5 s of a minute is saturated, though these are one stretch", () => {
  const stretch = { ...calm, atS: 11, lengthS: 5.6, measuredS: 5.6, loopDelayMs: 5_000 };
  const { verdict, saturatedS } = judged(...seconds(54), stretch);
  assert.deepEqual({ verdict, saturatedS }, { verdict: "saturated", saturatedS: [11] });
});

test("T18: the longer it stood still, the worse: a second of a minute is in p99, a quarter of one is not", () => {
  const after = (loopDelayMs: number) => judged(...seconds(60, { loopDelayMs })).verdict;
  assert.deepEqual([250, 500, 1_000].map(after), ["ok", "ok", "degraded"]);
  assert.equal(judged(...seconds(60, { wakeLateMs: 1_000 })).verdict, "degraded");
  assert.equal(judged(...seconds(60, { utilisation: 1 })).verdict, "ok");
});

test("a fiftieth of the time may be bad, and no more", () => {
  for (const [vital, verdict] of [
    [{ utilisation: 0.9 }, "degraded"],
    [{ utilisation: 0.99 }, "saturated"],
  ] as const) {
    assert.equal(judged(...seconds(50, vital)).verdict, "ok");
    assert.equal(judged(...seconds(49, vital)).verdict, verdict);
  }
});

test("what is shorter than a fifth of a second is not judged, nor named as the busiest; a run of 0.3 s is", () => {
  const busy = { ...calm, utilisation: 1, loopDelayMs: 140 };
  const short = { ...busy, lengthS: 0.15, measuredS: 0.15 };
  const { verdict, reasons, utilisationMax } = judged(...seconds(2), short);
  assert.deepEqual({ verdict, reasons, utilisationMax }, { verdict: "ok", reasons: [], utilisationMax: 0.3 });
  assert.equal(judged({ ...busy, lengthS: 0.3, measuredS: 0.3 }).verdict, "saturated");
});

test("only what lies in the plan weighs: of a stretch that goes on in the drain its part", () => {
  const half = (vital: Partial<Vital>) => ({ ...calm, lengthS: 1, measuredS: 0.5, ...vital });
  assert.equal(judged(...seconds(30), half({ utilisation: 0.9 })).verdict, "ok");
  assert.equal(judged(...seconds(20), half({ utilisation: 0.9 })).verdict, "degraded");
  assert.equal(judged({ ...calm, cpu: 0.1 }, half({ cpu: 0.4 })).cpuMean.toFixed(3), "0.200");
  assert.equal(judged(half({ measuredS: 0.1, loopDelayMs: 900 })).verdict, "saturated", "a run of 0.1 s");
});

test("one bad second in an hour does not condemn the hour, but is named", () => {
  const { verdict, reasons } = judged(...seconds(3_600, { loopDelayMs: 900 }));
  assert.equal(verdict, "ok");
  assert.equal(reasons.length, 1);
});

test("T18: a run of two days is judged by its last hours too, and no longer in what it keeps", () => {
  const tally = createHealthTally();
  const day = 86_400;
  for (let atS = 0; atS < 2 * day; atS++) tally.add({ ...calm, atS, ...(atS > 1.9 * day ? { loopDelayMs: 900 } : {}) });
  const { verdict, reasons, saturatedS } = tally.health();
  assert.equal(verdict, "saturated");
  assert.equal(saturatedS[0], 1.9 * day + 1);
  assert.equal(saturatedS.length, 3_600);
  assert.match(reasons.join(), /\(at 164161 s, 164162 s, 164163 s and 8636 more\)$/);
});

test("a second that is bad in two ways is one bad second", () => {
  const bad = { loopDelayMs: 80, wakeLateMs: 300 };
  const { verdict, reasons } = judged(...seconds(75, bad));
  assert.equal(verdict, "ok", "one of seventy-five");
  assert.equal(reasons.length, 2);
});

test("T37: the loop delay of an idle process is its own, without the sampling", async () => {
  using watch = watchProcess(process);
  // The least of several: what else runs on the machine may hold up any one of them.
  const delays: number[] = [];
  for (let round = 0; round < 5; round++) {
    watch.take();
    await new Promise((resolve) => setTimeout(resolve, 100));
    delays.push(watch.take().loopDelayMs);
  }
  assert.ok(Math.min(...delays) < 5, delays.join(" "));
});

test("T19: what the generator's own garbage collections took is added up", async () => {
  using watch = watchProcess(process);
  let gcMs = 0;
  for (let kept: number[][] = []; gcMs === 0; kept = kept.length > 1_000 ? [] : kept) {
    for (let index = 0; index < 1_000; index++) kept.push(new Array(1_000).fill(index));
    await new Promise(setImmediate); // Node tells of them when the event loop comes round.
    gcMs = watch.take().gcMs;
  }
  assert.ok(gcMs > 0 && gcMs < 60_000, `${gcMs}`);
  assert.equal(judged(...seconds(10, { gcMs: 7 })).gcTotalMs, 9 * calm.gcMs + 7);
});

test("T18: the CPU that a container is denied is in the stretch in which it was", () => {
  let us = 70_000;
  const stat = () => `nr_periods 1\nthrottled_usec ${us}\n`;
  using watch = watchProcess(process, (path) => (path === "/sys/fs/cgroup/cpu.stat" ? stat() : undefined));
  us += 25_000;
  assert.equal(watch.take().throttledMs, 25);
  assert.equal(watch.take().throttledMs, 0);
});

test("T7: a busy loop of 300 ms is seen", async () => {
  using watch = watchProcess(process);
  await new Promise((resolve) => setTimeout(resolve, 50));
  watch.take();
  const until = performance.now() + 300;
  const before = process.cpuUsage();
  const usedUs = () => {
    const { user, system } = process.cpuUsage(before);
    return user + system;
  };
  // A machine with much to do gives it less than all of that time.
  while (performance.now() < until || usedUs() < 100_000);
  await new Promise((resolve) => setTimeout(resolve, 50));
  const { loopDelayMs, cpu, lengthS } = watch.take();
  assert.ok(loopDelayMs > 250, `${loopDelayMs}`);
  assert.ok(cpu * lengthS >= 0.1, `${cpu} of ${lengthS} s`);
});
