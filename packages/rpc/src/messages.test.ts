import assert from "node:assert/strict";
import { Readable, Writable } from "node:stream";
import { test } from "node:test";
import { readMessages, writeMessages } from "./messages.ts";

const never = new AbortController().signal;

test("what the stream holds comes before its error", async () => {
  const stream = new Readable({ objectMode: true, read() {} });
  for (const message of [1, 2, 3]) stream.push(message);
  const messages = readMessages<number>(stream, never);
  const got: number[] = [];
  await assert.rejects(async () => {
    for await (const message of messages) {
      got.push(message);
      if (message === 1) stream.emit("error", new RangeError("late"));
    }
  }, RangeError);
  assert.deepEqual(got, [1, 2, 3]);
});

test("a reader that waits is overtaken by the signal", async () => {
  const stop = new AbortController();
  const messages = readMessages(new Readable({ objectMode: true, read() {} }), stop.signal);
  const waiting = messages.next();
  stop.abort(new RangeError("enough"));
  await assert.rejects(waiting, RangeError);
});

test("reading leaves no listener behind but the one for late errors", async () => {
  const stream = new Readable({ objectMode: true, read() {} });
  stream.push(1);
  for await (const _ of readMessages(stream, never)) break;
  assert.deepEqual(
    stream.eventNames().map((name) => [name, stream.listenerCount(name)]),
    [["error", 1]],
  );
});

test("a producer is asked for no more than the writer takes", async () => {
  let taken = 0;
  let produced = 0;
  const { promise: full, resolve: release } = Promise.withResolvers<() => void>();
  const stream = new Writable({
    objectMode: true,
    highWaterMark: 4,
    write: (_, __, done) => {
      taken++;
      release(done);
    },
  });
  async function* produce() {
    while (produced < 100) yield ++produced;
  }
  const written = writeMessages(stream, produce(), never);
  const done = await full;
  assert.equal(taken, 1);
  assert.ok(produced <= 5, `expected at most 5 produced, got ${produced}`);
  stream._write = (_, __, next) => next();
  done();
  await written;
  assert.equal(produced, 100);
});

test("a producer that waits for something else does not hold up the end", async () => {
  const stop = new AbortController();
  async function* stuck(): AsyncGenerator<number> {
    yield 1;
    await new Promise(() => {});
  }
  const written = writeMessages(
    new Writable({ objectMode: true, write: (_, __, done) => done() }),
    stuck(),
    stop.signal,
  );
  stop.abort(new RangeError("enough"));
  await assert.rejects(written, RangeError);
});
