import assert from "node:assert/strict";
import { test } from "node:test";
import { Drive } from "../drive/drive.ts";
import { createSchedule } from "../plan/schedule.ts";
import { scriptedClock, scriptedEngine } from "../testing/scripted-engine.ts";
import { firstOf, type Side, sideSchedule } from "./sides.ts";

const count = 10_000;
const schedule = () => createSchedule({ kind: "constant", perSecond: 1_000 });

test("every slot is one side's and not the other's, two by two", () => {
  const [a, b] = [sideSchedule(schedule(), "a", 1), sideSchedule(schedule(), "b", 1)];
  for (let pair = 0; pair < count; pair++) {
    assert.deepEqual(
      [a(pair), b(pair)].sort((x, y) => x - y),
      [2 * pair, 2 * pair + 1],
    );
  }
});

test("neither side is first more often, nor after the same side, and the seed repeats who is", () => {
  const firsts = (seed: number) => Array.from({ length: count }, (_, pair) => firstOf(pair, seed));
  const order = firsts(1);
  const share = (of: (pair: number) => boolean) => order.filter((_, pair) => of(pair)).length / count;
  assert.ok(Math.abs(share((pair) => order[pair] === "a") - 0.5) < 0.02);
  assert.ok(Math.abs(share((pair) => order[pair] === order[pair + 1]) - 0.5) < 0.02);
  assert.deepEqual(firsts(1), order);
  assert.notDeepEqual(firsts(2), order);
});

test("a first call that takes its time to start does not move the other side's slots", () => {
  const clock = scriptedClock(1_000);
  const dueMs: number[] = [];
  const drives = (["a", "b"] satisfies Side[]).map((side) => {
    const mode = { schedule: () => sideSchedule(schedule(), side, 1), maxInFlight: 1_000, whenFull: "queue" } as const;
    const drive: Drive = new Drive({
      mode: { kind: "open", ...mode },
      slice: { index: 0, count: 1 },
      ...{ warmupMs: 0, durationMs: 100, total: Number.POSITIVE_INFINITY, drainMs: 1_000, clock },
      recorder: { message() {}, planEnded() {}, call: (due) => void dueMs.push(due - 1_000) },
    });
    const engine = scriptedEngine(clock, drive, () => ({ tookMs: 1 }));
    let first = true;
    const slow = {
      ...engine,
      start(tag: number, slot: number) {
        if (first) clock.block(3);
        first = false;
        return engine.start(tag, slot);
      },
    };
    return { drive, slow };
  });
  for (const { drive, slow } of drives) void drive.run(slow, 1_000);
  clock.runTo(2_000);
  assert.deepEqual(
    dueMs.sort((a, b) => a - b),
    Array.from({ length: 100 }, (_, slot) => slot),
  );
});
