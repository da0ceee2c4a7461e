import assert from "node:assert/strict";
import { test } from "node:test";
import { judged } from "../testing/judged.ts";
import { healthOfThreads, mergeHealth } from "./merge-health.ts";
import type { Vital } from "./verdict.ts";

const vital: Vital = {
  ...{ atS: 0, lengthS: 1, measuredS: 1, loopDelayMs: 3, utilisation: 0.3, cpu: 0.3, gcMs: 2, wakeLateMs: 2 },
  ...{ throttledMs: 100, rssBytes: 1e8 },
};
const held = "the container's CPU limit held it back for up to 10 % (at 0 s)";

test("the threads of a process are all denied the CPU at once: it counts once, and CPU of their own adds up", () => {
  const { throttledMs, cpuMean, gcTotalMs, rssMaxBytes, reasons } = healthOfThreads([judged(vital), judged(vital)]);
  assert.deepEqual([throttledMs, cpuMean, gcTotalMs, rssMaxBytes], [100, 0.6, 4, 1e8]);
  assert.deepEqual(reasons, [`worker 1 of 2: ${held}`, `worker 2 of 2: ${held}`]);
});

test("one thread alone is not called a worker", () => {
  assert.deepEqual(healthOfThreads([judged(vital)]), judged(vital));
});

test("what several generators were denied adds up, and the worst verdict is the verdict", () => {
  const still = judged({ ...vital, loopDelayMs: 900, atS: 4 });
  const { verdict, throttledMs, saturatedS } = mergeHealth([judged(vital), still]);
  assert.deepEqual({ verdict, throttledMs, saturatedS }, { verdict: "saturated", throttledMs: 200, saturatedS: [4] });
});
