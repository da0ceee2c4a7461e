import assert from "node:assert/strict";
import { test } from "node:test";
import { CallError } from "./call-error.ts";
import { Inbox } from "./inbox.ts";

const failed = new CallError({ code: 13, details: "failed" });
const done = { done: true, value: undefined };

function inbox(): { inbox: Inbox<string>; granted: number[] } {
  const granted: number[] = [];
  return {
    inbox: new Inbox<string>(
      (wireBytes) => granted.push(wireBytes),
      () => assert.fail("nothing is packed"),
    ),
    granted,
  };
}

test("bytes are given back as messages are taken, and not before", async () => {
  const { inbox: messages, granted } = inbox();
  messages.put("a", 6);
  messages.put("b", 7);
  assert.deepEqual(granted, []);
  assert.deepEqual(await messages.next(), { done: false, value: "a" });
  assert.deepEqual(granted, [6]);
  messages.put("c", 8);
  assert.deepEqual(await messages.next(), { done: false, value: "b" });
  assert.deepEqual(await messages.next(), { done: false, value: "c" });
  const waiting = messages.next();
  messages.put("d", 9);
  assert.deepEqual(await waiting, { done: false, value: "d" });
  assert.deepEqual(granted, [6, 7, 8, 9]);
});

test("readers that ask before there are messages get them in the order of asking", async () => {
  const { inbox: messages } = inbox();
  const asked = [messages.next(), messages.next(), messages.next(), messages.next()];
  messages.put("a", 6);
  messages.put("b", 6);
  messages.end(failed);
  const settled = await Promise.allSettled(asked);
  assert.deepEqual(
    settled.map((one) => (one.status === "fulfilled" ? one.value : one.reason)),
    [{ done: false, value: "a" }, { done: false, value: "b" }, failed, done],
  );
});

test("the error comes once, after the messages before it", async () => {
  const { inbox: messages } = inbox();
  messages.put("a", 6);
  messages.end(failed);
  messages.put("late", 6);
  assert.deepEqual(await messages.next(), { done: false, value: "a" });
  await assert.rejects(messages.next(), failed);
  assert.deepEqual(await messages.next(), done);
});

test("a reader that has left gets neither messages nor the error", async () => {
  const { inbox: messages, granted } = inbox();
  messages.put("a", 6);
  messages.leave();
  messages.put("b", 6);
  messages.end(failed);
  assert.deepEqual(await messages.next(), done);
  assert.deepEqual(granted, []);
});
