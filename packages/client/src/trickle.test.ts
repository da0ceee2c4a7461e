import assert from "node:assert/strict";
import { test } from "node:test";
import { SayResponse } from "@hey/proto/v1";
import type { Clock } from "./clock.ts";
import type { HeyHow } from "./hey-how.ts";
import { createScore } from "./score.ts";
import type { Stage } from "./stage.ts";
import { trickle } from "./trickle.ts";

/** A stage whose time passes only in pauses, and stops after so long; `calls` are the times at which calls began. */
function stageFor(runMs: number, stall: { readonly atMs: number; readonly forMs: number } = { atMs: -1, forMs: 0 }) {
  const calls: number[] = [];
  const stop = new AbortController();
  let nowMs = 0;
  let stalled = false;
  const clock: Clock = {
    nowMs: () => nowMs,
    random: () => 0,
    async pause(durationMs) {
      nowMs += durationMs;
      if (!stalled && stall.atMs >= 0 && nowMs >= stall.atMs) {
        stalled = true;
        nowMs += stall.forMs;
      }
      if (nowMs >= runMs) stop.abort();
    },
  };
  const never = () => {
    throw new Error("a trickle only says");
  };
  const heyHow: HeyHow = {
    async say() {
      calls.push(nowMs);
      return SayResponse.fromPartial({ replica: { name: "one" } });
    },
    listen: never,
    talk: never,
    tell: never,
  };
  const score = createScore();
  const stage: Stage = { heyHow, score, clock, stop: stop.signal, cut: new AbortController().signal };
  return { stage, calls, score };
}

for (const ratePerSecond of [1, 7, 50, 1_000]) {
  test(`${ratePerSecond} calls a second are begun evenly`, async () => {
    const { stage, calls, score } = stageFor(5_000);
    await trickle(stage, { ratePerSecond, callTimeoutMs: 1_000 });
    assert.ok(Math.abs(calls.length - 5 * ratePerSecond) <= 0.02 * 5 * ratePerSecond + 1, String(calls.length));
    const firstSecond = calls.filter((atMs) => atMs < 1_000).length;
    assert.ok(Math.abs(firstSecond - ratePerSecond) <= 0.02 * ratePerSecond + 1, String(firstSecond));
    assert.equal(score.board().calls.ok, calls.length);
  });
}

test("after a standstill a second's worth of calls is made up for, no more", async () => {
  const { stage, calls } = stageFor(11_500, { atMs: 1_000, forMs: 10_000 });
  await trickle(stage, { ratePerSecond: 10, callTimeoutMs: 1_000 });
  assert.ok(calls.length <= 10 + 10 + 6, String(calls.length));
});

test("a rate of 0 makes no calls", async () => {
  const { stage, calls } = stageFor(1_000);
  await trickle(stage, { ratePerSecond: 0, callTimeoutMs: 1_000 });
  assert.deepEqual(calls, []);
});
