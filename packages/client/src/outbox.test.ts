import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { createOutbox } from "./outbox.ts";

/** A source that says how many of its messages were asked for. */
function counted(total: number) {
  const state = { asked: 0, closed: false };
  async function* messages() {
    try {
      while (state.asked < total) yield `m${++state.asked}`;
    } finally {
      state.closed = true;
    }
  }
  return { state, messages: messages() };
}

async function take(sender: AsyncIterator<{ readonly sequence: bigint }>, count: number): Promise<bigint[]> {
  const taken: bigint[] = [];
  while (taken.length < count) {
    const { done, value } = await sender.next();
    if (done) break;
    taken.push(value.sequence);
  }
  return taken;
}

test("no more messages are taken than the window holds until they are answered", async () => {
  const { state, messages } = counted(10);
  const outbox = createOutbox(messages, { first: 1n, window: 3 });
  const sender = outbox.send();
  assert.deepEqual(await take(sender, 3), [1n, 2n, 3n]);
  const fourth = sender.next();
  await setImmediate();
  assert.equal(state.asked, 3);
  outbox.answered(2n);
  assert.equal((await fourth).value?.sequence, 4n);
  assert.equal(state.asked, 4);
});

test("sending again begins with the first message that has no answer", async () => {
  const { messages } = counted(10);
  const outbox = createOutbox(messages, { first: 5n, window: 4 });
  assert.deepEqual(await take(outbox.send(), 4), [5n, 6n, 7n, 8n]);
  outbox.answered(7n);
  assert.deepEqual(await take(outbox.send(), 4), [7n, 8n, 9n, 10n]);
  assert.equal(outbox.sent, 10n);
});

test("a message that the source gives while nobody sends goes to the next attempt, once", async () => {
  const given = Promise.withResolvers<string>();
  async function* messages() {
    yield await given.promise;
    yield "second";
  }
  const outbox = createOutbox(messages(), { first: 1n, window: 4 });
  const overtaken = outbox.send().next();
  const sender = outbox.send();
  const first = sender.next();
  given.resolve("first");
  assert.equal((await overtaken).done, true);
  assert.deepEqual((await first).value, { sequence: 1n, msg: "first" });
  assert.deepEqual((await sender.next()).value, { sequence: 2n, msg: "second" });
  assert.equal((await sender.next()).done, true);
  assert.equal(outbox.end, 3n);
});

test("an attempt that waits for room ends when another begins", async () => {
  const { messages } = counted(10);
  const outbox = createOutbox(messages, { first: 1n, window: 1 });
  const sender = outbox.send();
  await sender.next();
  const waiting = sender.next();
  await setImmediate();
  assert.deepEqual(await take(outbox.send(), 1), [1n]);
  assert.equal((await waiting).done, true);
});

test("what the source throws is thrown and kept, and closing lets the source go", async () => {
  const thrown = new Error("no more to say");
  async function* messages() {
    yield "first";
    throw thrown;
  }
  const outbox = createOutbox(messages(), { first: 1n, window: 4 });
  const sender = outbox.send();
  await sender.next();
  await assert.rejects(sender.next(), thrown);
  assert.equal(outbox.failure?.thrown, thrown);

  const { state, messages: others } = counted(10);
  const other = createOutbox(others, { first: 1n, window: 4 });
  await other.send().next();
  other.close();
  await setImmediate();
  assert.equal(state.closed, true);
});

test("an answer to what was not sent yet is none", async () => {
  const { messages } = counted(3);
  const outbox = createOutbox(messages, { first: 1n, window: 3 });
  outbox.answered(3n);
  const sender = outbox.send();
  assert.deepEqual(await take(sender, 3), [1n, 2n, 3n]);
});
