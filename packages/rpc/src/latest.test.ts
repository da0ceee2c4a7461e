import assert from "node:assert/strict";
import { test } from "node:test";
import { createLatest } from "@hey/rpc";

test("a watcher is given the value as it is and then each change", async () => {
  const stop = new AbortController();
  const latest = createLatest("a");
  const watching = latest.watch(stop.signal);
  assert.deepEqual(await watching.next(), { done: false, value: "a" });
  const next = watching.next();
  latest.set("b");
  assert.deepEqual(await next, { done: false, value: "b" });
  assert.equal(latest.value, "b");
});

test("a slow watcher is given the newest value, not every one", async () => {
  const stop = new AbortController();
  const latest = createLatest(0);
  const watching = latest.watch(stop.signal);
  await watching.next();
  for (let value = 1; value <= 1_000; value++) latest.set(value);
  assert.deepEqual(await watching.next(), { done: false, value: 1_000 });
});

test("setting the same value again tells nobody", async () => {
  const stop = new AbortController();
  const latest = createLatest("a");
  const watching = latest.watch(stop.signal);
  await watching.next();
  const next = watching.next();
  latest.set("a");
  latest.set("b");
  assert.deepEqual(await next, { done: false, value: "b" });
});

test("an abort ends a watcher that waits, and one that has not begun", async () => {
  const stop = new AbortController();
  const latest = createLatest("a");
  const watching = latest.watch(stop.signal);
  await watching.next();
  const next = watching.next();
  stop.abort();
  assert.deepEqual(await next, { done: true, value: undefined });
  assert.deepEqual(await latest.watch(stop.signal).next(), { done: true, value: undefined });
});

test("a watcher that was told of a value hears of nothing it missed in between when the value is back", async () => {
  const stop = new AbortController();
  const latest = createLatest("a");
  const watching = latest.watch(stop.signal);
  await watching.next();
  latest.set("b");
  latest.set("a");
  const next = watching.next();
  latest.set("c");
  assert.deepEqual(await next, { done: false, value: "c" });
});
