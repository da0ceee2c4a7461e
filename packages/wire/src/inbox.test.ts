import assert from "node:assert/strict";
import { test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { CallError } from "./call-error.ts";
import { Inbox } from "./inbox.ts";

const failed = new CallError({ code: 13, details: "failed" });
const done = { done: true, value: undefined };

function inbox(): { inbox: Inbox<string>; granted: number[] } {
  const granted: number[] = [];
  return {
    inbox: new Inbox<string>(
      (wireBytes) => granted.push(wireBytes),
      (compressed, bytes, start, end) => (compressed ? failed : `read ${bytes.toString("latin1", start, end)}`),
    ),
    granted,
  };
}

function heldBytes(): number {
  setFlagsFromString("--expose-gc");
  runInNewContext("gc")();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
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

test("what was kept is read in its turn, and all behind it is to be kept as well", async () => {
  const { inbox: messages, granted } = inbox();
  messages.put("a", 6);
  assert.equal(messages.isCrowded, false);
  messages.keep(false, Buffer.from("bcd"), 0, 2);
  assert.equal(messages.isCrowded, true);
  messages.keep(false, Buffer.from("bcd"), 2, 3);
  for (const value of ["a", "read bc", "read d"]) assert.deepEqual(await messages.next(), { done: false, value });
  assert.deepEqual(granted, [6, 7, 6]);
  assert.equal(messages.isCrowded, false);
});

for (const [what, bytes, count] of [
  ["large messages", 10_000, 5000],
  ["very many small ones", 1, 400_000],
] as const) {
  test(`what was read is let go by a reader that never catches up: ${what}`, async () => {
    const messages = new Inbox<string>(
      () => {},
      () => failed,
    );
    messages.put("x".repeat(bytes), bytes);
    const before = heldBytes();
    for (let number = 0; number < count; number++) {
      messages.put(Buffer.alloc(bytes, number).toString("latin1"), bytes);
      await messages.next();
    }
    const more = heldBytes() - before;
    assert.ok(more < 4_000_000, `${more} bytes are held for one message that waits`);
    assert.equal((await messages.next()).value?.length, bytes);
  });
}

test("so many wait decoded, and no more", async () => {
  const { inbox: messages } = inbox();
  let count = 0;
  for (; !messages.isCrowded; count++) messages.put("a", 5);
  assert.equal(count, 16_384);
  await messages.next();
  assert.equal(messages.isCrowded, false);
});

test("what cannot be made of a kept message is the end, and what waits behind it is forgotten", async () => {
  const { inbox: messages, granted } = inbox();
  messages.keep(true, Buffer.from("damaged"), 0, 7);
  messages.keep(false, Buffer.from("good"), 0, 4);
  await assert.rejects(messages.next(), failed);
  assert.deepEqual(await messages.next(), done);
  assert.deepEqual(granted, [12]);
});
