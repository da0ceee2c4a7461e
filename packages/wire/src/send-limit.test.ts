import assert from "node:assert/strict";
import { test } from "node:test";
import { FrameType } from "./http2/frame.ts";
import { connect, Status } from "./index.ts";
import { answer, settings } from "./testing/peer-frames.ts";
import { RecordingSink } from "./testing/recording-sink.ts";
import { startPeer } from "./testing/scripted-peer.ts";

const limit = { timeout: 10_000 };

test(
  "a message over maxSendMessageBytes ends its call, and nothing of it is sent; one as long as the limit goes",
  limit,
  async () => {
    await using peer = await startPeer();
    const connecting = connect({ target: peer.target, maxSendMessageBytes: 100 });
    const far = await peer.accept();
    far.send(settings());
    await using connection = await connecting;
    const sink = new RecordingSink();
    const request = connection.prepare({ path: "/a.B/C" });
    const details = "expected messages of at most 100 bytes, got one of 101 to send";

    connection.unary(request, sink, 1, Buffer.alloc(101));
    const unary = await sink.ended(1);
    assert.deepEqual([unary.code, unary.details], [Status.RESOURCE_EXHAUSTED, details]);

    const call = connection.open(request, sink, 2);
    assert.equal(connection.send(call, Buffer.alloc(10)), true);
    assert.equal(connection.send(call, Buffer.alloc(101)), true);
    assert.equal(connection.send(call, Buffer.alloc(10)), true);
    const stream = await sink.ended(2);
    assert.deepEqual([stream.code, stream.details], [Status.RESOURCE_EXHAUSTED, details]);

    connection.unary(request, sink, 3, Buffer.alloc(100));
    await far.next(({ type, payload }) => type === FrameType.DATA && payload.length === 105);
    assert.deepEqual(
      far.frames.filter(({ type }) => type === FrameType.DATA).map(({ payload }) => payload.length),
      [15],
    );
    far.send(answer(5, "ok"));
    assert.equal((await sink.ended(3)).code, Status.OK);
  },
);
