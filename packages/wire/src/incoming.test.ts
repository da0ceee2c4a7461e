import assert from "node:assert/strict";
import { test } from "node:test";
import { Flag, FrameType } from "./http2/frame.ts";
import { callServerStream } from "./index.ts";
import { pair } from "./testing/pair.ts";
import { data, frame, head, message, trailers, uint32 } from "./testing/peer-frames.ts";
import { RecordingSink } from "./testing/recording-sink.ts";

const limit = { timeout: 10_000 };
const identity = (bytes: Buffer) => bytes;
const method = { path: "/a.B/C", requestSerialize: identity, responseDeserialize: identity };

test("a reader that does not read holds the server at one window, and lets it go on as it takes", limit, async () => {
  await using both = await pair({ streamWindowBytes: 10_000 });
  const { connection, far } = both;
  const stream = callServerStream(connection, method, Buffer.alloc(0))[Symbol.asyncIterator]();
  const first = stream.next();
  const call = await far.nextCall();
  const updates = () =>
    far.frames.filter(({ type, streamId }) => type === FrameType.WINDOW_UPDATE && streamId === call);
  const thousand = data(call, message(Buffer.alloc(995)));
  far.send(head(call), ...Array.from({ length: 10 }, () => thousand));
  assert.equal((await first).value?.length, 995);
  assert.equal(updates().length, 0);
  assert.equal(connection.statistics.receiveWindowExhausted, 1);
  for (let taken = 2; taken <= 5; taken++) await stream.next();
  const update = await far.next(({ type, streamId }) => type === FrameType.WINDOW_UPDATE && streamId === call);
  assert.equal(update.payload.readUInt32BE(), 5000);
  far.send(thousand, trailers(call));
  let rest = 0;
  while (!(await stream.next()).done) rest++;
  assert.equal(rest, 6);
});

test("a message larger than the window comes through", limit, async () => {
  await using both = await pair({ streamWindowBytes: 10_000 });
  const { connection, far } = both;
  const stream = callServerStream(connection, method, Buffer.alloc(0))[Symbol.asyncIterator]();
  const first = stream.next();
  const call = await far.nextCall();
  const bytes = message(Buffer.alloc(34_995, 7));
  far.send(head(call), data(call, bytes.subarray(0, 10_000)));
  for (let at = 10_000; at < bytes.length; at += 10_000) {
    const update = await far.next(({ type, streamId }) => type === FrameType.WINDOW_UPDATE && streamId === call);
    assert.equal(update.payload.readUInt32BE(), 10_000);
    far.send(data(call, bytes.subarray(at, at + 10_000)));
  }
  assert.equal((await first).value?.length, 34_995);
});

test("the connection's window is given back also for calls that are over", limit, async () => {
  await using both = await pair({ connectionWindowBytes: 65_535 });
  const { connection, far } = both;
  const sink = new RecordingSink();
  const call = connection.unary(connection.prepare({ path: "/a.B/C" }), sink, 1, Buffer.alloc(0));
  await far.nextCall();
  connection.cancel(call);
  far.send(head(call), data(call, Buffer.alloc(16_384)), data(call, Buffer.alloc(16_384)));
  const update = await far.next(({ type, streamId }) => type === FrameType.WINDOW_UPDATE && streamId === 0);
  assert.equal(update.payload.readUInt32BE(), 32_768);
});

test("padding counts for the call's window and the connection's", limit, async () => {
  await using both = await pair({ streamWindowBytes: 1024, connectionWindowBytes: 65_535 });
  const { connection, far } = both;
  const sink = new RecordingSink();
  connection.unary(connection.prepare({ path: "/a.B/C" }), sink, 1, Buffer.alloc(0));
  const call = await far.nextCall();
  const padded = Buffer.concat([Buffer.from([255]), Buffer.alloc(255)]);
  const updates = new Map<number, number>();
  far.send(head(call));
  for (let sent = 0; sent < 40_000; sent += 512) {
    far.send(frame(FrameType.DATA, Flag.PADDED, call, padded), frame(FrameType.DATA, Flag.PADDED, call, padded));
    const { payload } = await far.next(({ type, streamId }) => type === FrameType.WINDOW_UPDATE && streamId === call);
    updates.set(call, (updates.get(call) ?? 0) + payload.readUInt32BE());
  }
  assert.equal(updates.get(call), 79 * 512);
  const whole = await far.next(({ type, streamId }) => type === FrameType.WINDOW_UPDATE && streamId === 0);
  assert.equal(whole.payload.readUInt32BE(), 32_768);
});

test("a message takes memory as its bytes come, and not as its length announces", limit, async () => {
  await using both = await pair({ maxReceiveMessageBytes: 2 ** 30 });
  const { connection, far } = both;
  connection.unary(connection.prepare({ path: "/a.B/C" }), new RecordingSink(), 1, Buffer.alloc(0));
  const call = await far.nextCall();
  const before = process.memoryUsage().arrayBuffers;
  const announced = Buffer.concat([Buffer.from([0]), uint32(2 ** 30), Buffer.alloc(10)]);
  far.send(head(call), data(call, announced), frame(FrameType.PING, 0, 0, Buffer.alloc(8)));
  await far.next(({ type, flags }) => type === FrameType.PING && flags === Flag.ACK);
  const taken = process.memoryUsage().arrayBuffers - before;
  assert.ok(taken < 16 * 1024 * 1024, `${taken} bytes`);
});
