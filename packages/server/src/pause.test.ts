import assert from "node:assert/strict";
import { test } from "node:test";
import { pause } from "./pause.ts";

function timers(): number {
  return process.getActiveResourcesInfo().filter((resource) => resource === "Timeout").length;
}

test("a pause ends at once when it is told to, with the signal's own reason and no timer left behind", async () => {
  const before = timers();
  const stop = new AbortController();
  const pausing = pause(60_000_000_000n, stop.signal);
  assert.equal(timers(), before + 1);
  const reason = new Error("nobody waits any more");
  stop.abort(reason);
  await assert.rejects(pausing, reason);
  assert.equal(timers(), before);
});

test("a pause that is stopped before it begins does not begin", async () => {
  const reason = new Error("too late");
  await assert.rejects(pause(60_000_000_000n, AbortSignal.abort(reason)), reason);
});

test("a pause ends by itself", async () => {
  await pause(1_000_000n, new AbortController().signal);
});
