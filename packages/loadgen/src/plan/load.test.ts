import assert from "node:assert/strict";
import { test } from "node:test";
import { parseSettings } from "@hey/runtime";
import { positionals, settings, settingsChecks } from "../settings/settings.ts";
import { createPlan } from "./load.ts";

const spec = { name: "hey-loadgen", summary: "", positionals, settings, checks: settingsChecks };

function planOf(...args: readonly string[]) {
  return createPlan(parseSettings(spec, [...args, "localhost:9999"], {}));
}

/** How many calls are planned in each second. */
function perSecond(plan: ReturnType<typeof planOf>, seconds: number): number[] {
  if (plan.mode.kind !== "open") assert.fail("no open loop");
  const schedule = plan.mode.schedule();
  const counts = new Array<number>(seconds).fill(0);
  for (let slot = 0; schedule(slot) < seconds * 1_000; slot++) {
    const second = Math.floor(schedule(slot) / 1_000);
    counts[second] = (counts[second] ?? 0) + 1;
  }
  return counts;
}

test("without a rate it is a closed loop", () => {
  assert.deepEqual(planOf("-c", "7", "-n", "100").mode, { kind: "closed", concurrency: 7 });
});

test("a rate is an open loop, for 10 s unless something else is said", () => {
  const plan = planOf("--rps", "20");
  assert.equal(plan.durationMs, 10_000);
  assert.deepEqual(perSecond(plan, 3), [20, 20, 20]);
});

test("a line and a spike are stages", () => {
  assert.deepEqual(perSecond(planOf("--stages", "2s:10,1s:100,2s:10"), 5), [10, 10, 100, 10, 10]);
  const line = planOf("--stages", "4s:0-80");
  // A slot that is due at the turn of a second may fall to either side of it.
  const [first = 0, second = 0, third = 0, fourth = 0] = perSecond(line, 4);
  for (const [count, expected] of [
    [first, 10],
    [second, 30],
    [third, 50],
    [fourth, 70],
  ] as const) {
    assert.ok(Math.abs(count - expected) <= 1, `${count} instead of ${expected}`);
  }
  assert.equal(line.durationMs, 4_000);
});

test("a sine swings between its rates and says so", () => {
  const plan = planOf("--sine", "100-500/4s", "-z", "4s");
  // Of 1,200 in a swing: the mean and as much more as one quarter of a sine holds, 200 × 2/π.
  assert.deepEqual(
    perSecond(plan, 4).map((count) => Math.round(count / 10)),
    [43, 43, 17, 17],
  );
  assert.equal(plan.description.plan, "sine 100-500/4s, evenly, for 4s");
});

test("one way to give a rate excludes the others", () => {
  assert.throws(() => planOf("--rps", "5", "--sine", "1-2/1s"), /--rps and --sine: expected one of them; got 2/);
});
