import assert from "node:assert/strict";
import { test } from "node:test";
import { ErrorCode } from "./http2/error-code.ts";
import { Flag, FrameType } from "./http2/frame.ts";
import { callBidi, Status } from "./index.ts";
import { pair } from "./testing/pair.ts";
import { answer, settings, windowUpdate } from "./testing/peer-frames.ts";
import { RecordingSink } from "./testing/recording-sink.ts";
import type { PeerConnection } from "./testing/scripted-peer.ts";

const limit = { timeout: 10_000 };
const isData = ({ type }: { type: number }) => type === FrameType.DATA;
const identity = (bytes: Buffer) => bytes;
const method = { path: "/a.B/C", requestSerialize: identity, responseDeserialize: identity };

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

test("a window that goes to zero, below, and up again in mid-flight is kept to the byte", limit, async () => {
  await using both = await pair({}, settings([[4, 100]]));
  const { connection, far } = both;
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
});

test("the connection's window is shared, and calls get their turn", limit, async () => {
  await using both = await pair({}, settings([[4, 1_000_000]]));
  const { connection, far } = both;
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
});

test("frames keep to the peer's size, also when it grows", limit, async () => {
  await using both = await pair({}, Buffer.concat([settings([[4, 1_000_000]]), windowUpdate(0, 1_000_000)]));
  const { connection, far } = both;
  const sink = new RecordingSink();
  const request = connection.prepare({ path: "/a.B/C" });
  connection.unary(request, sink, 1, Buffer.alloc(39_995));
  assert.deepEqual(await dataUntil(far, 40_000), { bytes: 40_000, frames: 3, ended: true });
  far.send(settings([[5, 100_000]]));
  await far.next(({ type, flags }) => type === FrameType.SETTINGS && flags === Flag.ACK);
  await far.next(({ type, flags }) => type === FrameType.SETTINGS && flags === Flag.ACK);
  connection.unary(request, sink, 2, Buffer.alloc(39_995));
  assert.deepEqual(await dataUntil(far, 40_000), { bytes: 40_000, frames: 1, ended: true });
});

test("a server that does not read holds the sender of a stream, and lets it go on", limit, async () => {
  await using both = await pair({}, settings([[4, 1000]]));
  const { connection, far } = both;
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
});

test("a request that still waits when the answer ends is cut off without an error", limit, async () => {
  await using both = await pair({}, settings([[4, 1000]]));
  const { connection, far } = both;
  const sink = new RecordingSink();
  connection.unary(connection.prepare({ path: "/a.B/C" }), sink, 1, Buffer.alloc(5000));
  const call = await far.nextCall();
  far.send(answer(call, "enough"));
  assert.equal((await sink.ended(1)).code, Status.OK);
  const sent = await far.next(({ type }) => type === FrameType.RST_STREAM);
  assert.deepEqual([sent.streamId, sent.payload.readUInt32BE()], [call, ErrorCode.NO_ERROR]);
});

test(
  "the reserved bit before a WINDOW_UPDATE's increment means nothing, for a call and for the connection",
  limit,
  async () => {
    await using both = await pair({}, settings([[4, 100]]));
    const { connection, far } = both;
    const sink = new RecordingSink();
    connection.unary(connection.prepare({ path: "/a.B/C" }), sink, 1, Buffer.alloc(995));
    assert.equal((await dataUntil(far, 100)).bytes, 100);
    far.send(windowUpdate(0, 0x8000_0001), windowUpdate(1, 0x8000_0000 + 900));
    assert.deepEqual(await dataUntil(far, 900), { bytes: 900, frames: 1, ended: true });
  },
);

test("what waited for a window leaves in frames as large as the peer takes", limit, async () => {
  await using both = await pair(
    {},
    Buffer.concat([
      settings([
        [4, 0],
        [5, 30_000],
      ]),
      windowUpdate(0, 1_000_000),
    ]),
  );
  const { connection, far } = both;
  connection.unary(connection.prepare({ path: "/a.B/C" }), new RecordingSink(), 1, Buffer.alloc(59_995));
  await far.nextCall();
  far.send(windowUpdate(1, 1_000_000));
  assert.deepEqual(await dataUntil(far, 60_000), { bytes: 60_000, frames: 2, ended: true });
});
