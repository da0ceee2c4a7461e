import assert from "node:assert/strict";
import { test } from "node:test";
import { ErrorCode } from "./http2/error-code.ts";
import { Flag, FrameType } from "./http2/frame.ts";
import { type Connection, type ConnectOptions, callBidi, callServerStream, connect, Status } from "./index.ts";
import { answer, data, frame, head, message, settings, trailers, windowUpdate } from "./testing/peer-frames.ts";
import { RecordingSink } from "./testing/recording-sink.ts";
import { type PeerConnection, startPeer } from "./testing/scripted-peer.ts";

const limit = { timeout: 10_000 };
const isData = ({ type }: { type: number }) => type === FrameType.DATA;
const identity = (bytes: Buffer) => bytes;
const method = { path: "/a.B/C", requestSerialize: identity, responseDeserialize: identity };

async function withPeer(
  options: Omit<ConnectOptions, "target">,
  first: Buffer,
  use: (connection: Connection, far: PeerConnection) => Promise<void>,
): Promise<void> {
  await using peer = await startPeer();
  const connecting = connect({ target: peer.target, ...options });
  const far = await peer.accept();
  far.send(first);
  const connection = await connecting;
  try {
    await use(connection, far);
  } finally {
    connection.destroy();
  }
}

/** Our DATA until `bytes` have come, or the request has ended. */
async function dataUntil(
  far: PeerConnection,
  bytes: number,
): Promise<{ bytes: number; frames: number; ended: boolean }> {
  let seen = 0;
  let frames = 0;
  let ended = false;
  while (seen < bytes && !ended) {
    const sent = await far.next(isData);
    seen += sent.payload.length;
    frames++;
    ended = (sent.flags & Flag.END_STREAM) !== 0;
  }
  return { bytes: seen, frames, ended };
}

test("a window that goes to zero, below, and up again in mid-flight is kept to the byte", limit, () =>
  withPeer({}, settings([[4, 100]]), async (connection, far) => {
    const sink = new RecordingSink();
    connection.unary(connection.prepare({ path: "/a.B/C" }), sink, 1, Buffer.alloc(995));
    assert.deepEqual(await dataUntil(far, 100), { bytes: 100, frames: 1, ended: false });
    // 100 - 60 = 40 less than before: the window is -60, and 110 more make it 50.
    far.send(settings([[4, 40]]), windowUpdate(1, 110));
    assert.deepEqual(await dataUntil(far, 50), { bytes: 50, frames: 1, ended: false });
    far.send(settings([[4, 0]]), windowUpdate(1, 41));
    assert.deepEqual(await dataUntil(far, 1), { bytes: 1, frames: 1, ended: false });
    far.send(settings([[4, 100_000]]));
    assert.deepEqual(await dataUntil(far, 849), { bytes: 849, frames: 1, ended: true });
    far.send(answer(1, "ok"));
    assert.equal((await sink.ended(1)).code, Status.OK);
    assert.equal(connection.statistics.sendStalls, 1);
  }),
);

test("the connection's window is shared, and calls get their turn", limit, () =>
  withPeer({}, settings([[4, 1_000_000]]), async (connection, far) => {
    const sink = new RecordingSink();
    const request = connection.prepare({ path: "/a.B/C" });
    for (let tag = 1; tag <= 2; tag++) connection.unary(request, sink, tag, Buffer.alloc(99_995));
    assert.equal((await dataUntil(far, 65_535)).bytes, 65_535);
    far.send(windowUpdate(0, 1_000_000));
    const left = new Map([
      [1, 100_000 - 65_535],
      [3, 100_000],
    ]);
    const order: number[] = [];
    while ([...left.values()].some((bytes) => bytes > 0)) {
      const sent = await far.next(isData);
      left.set(sent.streamId, (left.get(sent.streamId) ?? 0) - sent.payload.length);
      order.push(sent.streamId);
    }
    assert.deepEqual(order.slice(0, 4), [1, 3, 1, 3]);
  }),
);

test("frames keep to the peer's size, also when it grows", limit, () =>
  withPeer({}, Buffer.concat([settings([[4, 1_000_000]]), windowUpdate(0, 1_000_000)]), async (connection, far) => {
    const sink = new RecordingSink();
    const request = connection.prepare({ path: "/a.B/C" });
    connection.unary(request, sink, 1, Buffer.alloc(39_995));
    assert.deepEqual(await dataUntil(far, 40_000), { bytes: 40_000, frames: 3, ended: true });
    far.send(settings([[5, 100_000]]));
    await far.next(({ type, flags }) => type === FrameType.SETTINGS && flags === Flag.ACK);
    await far.next(({ type, flags }) => type === FrameType.SETTINGS && flags === Flag.ACK);
    connection.unary(request, sink, 2, Buffer.alloc(39_995));
    assert.deepEqual(await dataUntil(far, 40_000), { bytes: 40_000, frames: 1, ended: true });
  }),
);

test("headers over the peer's frame size go on in CONTINUATIONs", limit, () =>
  withPeer({}, settings(), async (connection, far) => {
    const sink = new RecordingSink();
    const request = connection.prepare({ path: "/a.B/C", metadata: [["x-long", "~".repeat(40_000)]] });
    connection.unary(request, sink, 1, Buffer.alloc(0));
    const first = await far.next(({ type }) => type === FrameType.HEADERS);
    const second = await far.next(({ type }) => type === FrameType.CONTINUATION);
    const third = await far.next(({ type }) => type === FrameType.CONTINUATION);
    assert.deepEqual([first.flags, second.flags, third.flags], [0, 0, Flag.END_HEADERS]);
    assert.deepEqual([first.payload.length, second.payload.length], [16_384, 16_384]);
  }),
);

test("headers over the peer's list size are refused here, and the connection goes on", limit, () =>
  withPeer({}, settings([[6, 700]]), async (connection, far) => {
    const sink = new RecordingSink();
    const request = connection.prepare({ path: "/a.B/C", metadata: [["x-long", "x".repeat(400)]] });
    assert.notEqual(connection.unary(request, sink, 1, Buffer.alloc(0)), 0);
    const ended = await sink.ended(1);
    assert.equal(ended.code, Status.RESOURCE_EXHAUSTED);
    assert.match(ended.details, /takes headers of 700 bytes, the call has 8\d\d/);
    connection.unary(connection.prepare({ path: "/a.B/C" }), sink, 2, Buffer.alloc(0));
    const call = await far.nextCall();
    far.send(answer(call, "ok"));
    assert.equal((await sink.ended(2)).code, Status.OK);
  }),
);

test("the limit of concurrent streams is kept when it falls and rises, and is reported", limit, () => {
  const rooms: number[] = [];
  let room = () => 0;
  const events = { onRoom: () => void rooms.push(room()) };
  return withPeer({ events }, settings([[3, 2]]), async (connection, far) => {
    room = () => connection.room;
    const sink = new RecordingSink();
    const request = connection.prepare({ path: "/a.B/C" });
    const start = (tag: number) => connection.unary(request, sink, tag, Buffer.alloc(0));
    assert.deepEqual([start(1), start(2), start(3)], [1, 3, 0]);
    assert.deepEqual([connection.room, connection.active, connection.limit], [0, 2, 2]);
    far.send(settings([[3, 1]]), answer(1, "a"));
    await sink.ended(1);
    assert.equal(start(3), 0);
    assert.deepEqual(rooms, []);
    far.send(answer(3, "b"));
    await sink.ended(2);
    assert.deepEqual(rooms, [1]);
    assert.equal(start(3), 5);
    assert.equal(start(4), 0);
    far.send(settings([[3, 5]]));
    await far.next(({ type, flags }) => type === FrameType.SETTINGS && flags === Flag.ACK);
    far.send(answer(5, "c"));
    await sink.ended(3);
    assert.deepEqual(rooms, [1, 4]);
    assert.equal(connection.statistics.limitReached, 3);
  });
});

test("a call refused for its headers is cancelled without a word to the peer, who does not know it", limit, () =>
  withPeer({}, settings([[6, 700]]), async (connection, far) => {
    const sink = new RecordingSink();
    const large = connection.prepare({ path: "/a.B/C", metadata: [["x-large", "x".repeat(700)]] });
    connection.cancel(connection.unary(large, sink, 1, Buffer.alloc(0)), "not wanted");
    assert.equal((await sink.ended(1)).details, "not wanted");
    connection.unary(connection.prepare({ path: "/a.B/C" }), sink, 2, Buffer.alloc(0));
    const call = await far.nextCall();
    assert.deepEqual(
      far.frames.filter(({ type }) => type === FrameType.RST_STREAM),
      [],
    );
    far.send(answer(call, "x"));
    assert.equal((await sink.ended(2)).code, Status.OK);
  }),
);

test("a smaller header table of the peer's is announced in the next block", limit, () =>
  withPeer({}, settings(), async (connection, far) => {
    const sink = new RecordingSink();
    const request = connection.prepare({ path: "/a.B/C" });
    connection.unary(request, sink, 1, Buffer.alloc(0));
    far.send(settings([[1, 0]]), answer(1, "x"));
    await sink.ended(1);
    connection.unary(request, sink, 2, Buffer.alloc(0));
    await far.nextCall();
    const second = await far.next(({ type }) => type === FrameType.HEADERS);
    assert.equal(second.payload[0], 0x20);
    assert.ok(second.payload.includes("/a.B/C") || second.payload.length > 60);
  }),
);

test("a reader that does not read holds the server at one window, and lets it go on as it takes", limit, () =>
  withPeer({ streamWindowBytes: 10_000 }, settings(), async (connection, far) => {
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
  }),
);

test("a message larger than the window comes through", limit, () =>
  withPeer({ streamWindowBytes: 10_000 }, settings(), async (connection, far) => {
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
  }),
);

test("a server that does not read holds the sender of a stream, and lets it go on", limit, () =>
  withPeer({}, settings([[4, 1000]]), async (connection, far) => {
    let made = 0;
    function* requests() {
      for (; made < 50; made++) yield Buffer.alloc(95);
    }
    const answers = Array.fromAsync(callBidi(connection, method, requests()));
    const call = await far.nextCall();
    await dataUntil(far, 1000);
    assert.ok(made <= 11, `${made} messages were made for a window of 10`);
    far.send(windowUpdate(call, 100_000));
    assert.deepEqual(await dataUntil(far, Number.POSITIVE_INFINITY), { bytes: 4000, frames: 41, ended: true });
    far.send(answer(call, "done"));
    assert.equal(String((await answers)[0]), "done");
  }),
);

test("the connection's window is given back also for calls that are over", limit, () =>
  withPeer({ connectionWindowBytes: 65_535 }, settings(), async (connection, far) => {
    const sink = new RecordingSink();
    const call = connection.unary(connection.prepare({ path: "/a.B/C" }), sink, 1, Buffer.alloc(0));
    await far.nextCall();
    connection.cancel(call);
    far.send(head(call), data(call, Buffer.alloc(16_384)), data(call, Buffer.alloc(16_384)));
    const update = await far.next(({ type, streamId }) => type === FrameType.WINDOW_UPDATE && streamId === 0);
    assert.equal(update.payload.readUInt32BE(), 32_768);
  }),
);

test("the calls of one turn leave in one write", limit, () =>
  withPeer({}, settings(), async (connection, far) => {
    const sink = new RecordingSink();
    const request = connection.prepare({ path: "/a.B/C" });
    await far.next(({ type, flags }) => type === FrameType.SETTINGS && flags === Flag.ACK);
    const before = connection.statistics.writes;
    for (let tag = 1; tag <= 64; tag++) connection.unary(request, sink, tag, Buffer.alloc(20));
    for (let tag = 1; tag <= 64; tag++) await far.nextCall();
    assert.equal(connection.statistics.writes - before, 1);
  }),
);

test("our own limits are told in the first SETTINGS", limit, () =>
  withPeer({ streamWindowBytes: 70_000, maxHeaderListBytes: 5000 }, settings(), async (_connection, far) => {
    const { payload } = await far.next(({ type }) => type === FrameType.SETTINGS);
    const told = Array.from({ length: payload.length / 6 }, (_, index) => [
      payload.readUInt16BE(index * 6),
      payload.readUInt32BE(index * 6 + 2),
    ]);
    assert.deepEqual(Object.fromEntries(told), { 2: 0, 4: 70_000, 6: 5000 });
  }),
);

test("a request that still waits when the answer ends is cut off without an error", limit, () =>
  withPeer({}, settings([[4, 1000]]), async (connection, far) => {
    const sink = new RecordingSink();
    connection.unary(connection.prepare({ path: "/a.B/C" }), sink, 1, Buffer.alloc(5000));
    const call = await far.nextCall();
    far.send(answer(call, "enough"));
    assert.equal((await sink.ended(1)).code, Status.OK);
    const sent = await far.next(({ type }) => type === FrameType.RST_STREAM);
    assert.deepEqual([sent.streamId, sent.payload.readUInt32BE()], [call, ErrorCode.NO_ERROR]);
  }),
);

test("padding counts for the call's window and the connection's", limit, () =>
  withPeer({ streamWindowBytes: 1024, connectionWindowBytes: 65_535 }, settings(), async (connection, far) => {
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
  }),
);
