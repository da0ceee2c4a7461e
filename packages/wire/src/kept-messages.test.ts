import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { Flag, FrameType } from "./http2/frame.ts";
import { CallError, type Connection, callServerStream, callUnary, Status } from "./index.ts";
import { pair } from "./testing/pair.ts";
import { data, frame, head, message, trailers } from "./testing/peer-frames.ts";
import type { PeerConnection } from "./testing/scripted-peer.ts";

const limit = { timeout: 10_000 };
const gzip = { "grpc-encoding": "gzip" };
const nothing = Buffer.alloc(0);

/** A method that counts what was decoded of its answers. */
function countingMethod() {
  const method = {
    path: "/a.B/C",
    decoded: 0,
    requestSerialize: (bytes: Buffer) => bytes,
    responseDeserialize(bytes: Buffer) {
      method.decoded++;
      return bytes;
    },
  };
  return method;
}

/** Resolves when all that the peer has sent was handled. */
async function settled(connection: Connection, far: PeerConnection): Promise<void> {
  const pong = connection.ping();
  const { payload } = await far.next(({ type }) => type === FrameType.PING);
  far.send(frame(FrameType.PING, Flag.ACK, 0, payload));
  await pong;
}

const bomb = message(gzipSync(Buffer.alloc(1024 * 1024)), 1);

test("messages of a stream are decompressed when they are read, one at a time", limit, async () => {
  await using both = await pair();
  const { connection, far } = both;
  const method = countingMethod();
  const stream = callServerStream(connection, method, nothing)[Symbol.asyncIterator]();
  const first = stream.next();
  const call = await far.nextCall();
  far.send(head(call, gzip), ...Array.from({ length: 20 }, () => data(call, bomb)), trailers(call));
  assert.equal((await first).value?.length, 1024 * 1024);
  await settled(connection, far);
  assert.equal(method.decoded, 1, "20 KB on the wire hold 20 KB, and not 20 MB");
  let read = 1;
  for (; !(await stream.next()).done; read++) assert.equal(method.decoded, read + 1);
  assert.equal(read, 20);
});

test("messages that are compressed, and messages that are not, keep their order", limit, async () => {
  await using both = await pair();
  const { connection, far } = both;
  const stream = callServerStream(connection, countingMethod(), nothing)[Symbol.asyncIterator]();
  const first = stream.next();
  const call = await far.nextCall();
  const texts = ["a", "b", "c", "d", "e"];
  const messages = texts.map((text, index) => (index % 2 === 0 ? message(gzipSync(text), 1) : message(text)));
  far.send(head(call, gzip), data(call, Buffer.concat(messages)), trailers(call));
  const read = [String((await first).value)];
  for (let next = await stream.next(); !next.done; next = await stream.next()) read.push(String(next.value));
  assert.deepEqual(read, texts);
});

for (const [when, end] of [
  ["while the call goes on", false],
  ["after the server has ended the call", true],
] as const) {
  test(`a message that cannot be decompressed ends the stream when it is its turn, ${when}`, limit, async () => {
    await using both = await pair();
    const { connection, far } = both;
    const stream = callServerStream(connection, countingMethod(), nothing)[Symbol.asyncIterator]();
    const first = stream.next();
    const call = await far.nextCall();
    const good = data(call, message(gzipSync("good"), 1));
    const damaged = data(call, message("damaged", 1));
    far.send(head(call, gzip), good, good, damaged, good, ...(end ? [trailers(call)] : []));
    assert.equal(String((await first).value), "good");
    await settled(connection, far);
    assert.equal(String((await stream.next()).value), "good");
    await assert.rejects(
      stream.next(),
      (error) =>
        error instanceof CallError &&
        error.code === Status.INTERNAL &&
        error.details.startsWith("cannot decompress a message: "),
    );
    assert.deepEqual(await stream.next(), { done: true, value: undefined });
    if (!end) assert.equal((await far.next(({ type }) => type === FrameType.RST_STREAM)).streamId, call);
  });
}

test("a reader that waits for a message that cannot be decompressed is told once", limit, async () => {
  await using both = await pair();
  const { connection, far } = both;
  const stream = callServerStream(connection, countingMethod(), nothing)[Symbol.asyncIterator]();
  const readers = [stream.next(), stream.next(), stream.next()];
  const call = await far.nextCall();
  far.send(head(call, gzip), data(call, message(gzipSync("good"), 1)), data(call, message("damaged", 1)));
  const told = (await Promise.allSettled(readers)).map((each) =>
    each.status === "rejected" ? "error" : each.value.done,
  );
  assert.deepEqual(told, [false, "error", true]);
  assert.deepEqual(await stream.next(), { done: true, value: undefined });
});

test("a message whose reader waits is decompressed at once, within the limit, and no further", limit, async () => {
  await using both = await pair({ maxReceiveMessageBytes: 1024 * 1024 - 1 });
  const { connection, far } = both;
  const method = countingMethod();
  const answer = callUnary(connection, method, nothing);
  const call = await far.nextCall();
  far.send(head(call, gzip), data(call, bomb), trailers(call));
  await assert.rejects(
    answer,
    (error) =>
      error instanceof CallError &&
      error.code === Status.RESOURCE_EXHAUSTED &&
      error.details === "cannot decompress a message: it is larger than 1048575 bytes",
  );
  assert.equal(method.decoded, 0);
});

test("of very many small messages that wait, most wait undecoded; each is read once, in order", limit, async () => {
  await using both = await pair({ readBufferBytes: 1024 * 1024 });
  const { connection, far } = both;
  const method = countingMethod();
  const stream = callServerStream(connection, method, nothing)[Symbol.asyncIterator]();
  const first = stream.next();
  const call = await far.nextCall();
  const count = 100_000;
  const each = (index: number) => message(String.fromCharCode(index % 128));
  far.send(head(call));
  for (let from = 0; from < count; from += 2000) {
    far.send(data(call, Buffer.concat(Array.from({ length: 2000 }, (_, index) => each(from + index)))));
  }
  far.send(trailers(call));
  await first;
  await settled(connection, far);
  assert.equal(method.decoded, 1 + 16_384);
  let read = 1;
  for (let next = await stream.next(); !next.done; next = await stream.next(), read++) {
    if (next.value[0] !== read % 128) assert.fail(`message ${read} is ${next.value[0]}`);
  }
  assert.equal(read, count);
  assert.equal(method.decoded, count);
});
