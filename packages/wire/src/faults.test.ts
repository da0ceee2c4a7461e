import assert from "node:assert/strict";
import { test } from "node:test";
import { ErrorCode } from "./http2/error-code.ts";
import { Flag, FrameType } from "./http2/frame.ts";
import { ConnectionError, connect, Status } from "./index.ts";
import { data, frame, head, settings, uint32, windowUpdate } from "./testing/peer-frames.ts";
import { RecordingSink } from "./testing/recording-sink.ts";
import { startPeer } from "./testing/scripted-peer.ts";

/** What a peer may do that ends the whole connection: the bytes, our GOAWAY, and our words. */
const faults: readonly (readonly [title: string, bytes: readonly Buffer[], errorCode: number, message: RegExp])[] = [
  [
    "a frame over the size we allow",
    [frame(FrameType.DATA, 0, 1, Buffer.alloc(16_385))],
    ErrorCode.FRAME_SIZE_ERROR,
    /at most 16384 bytes, got a DATA of 16385/,
  ],
  [
    "SETTINGS of an odd length",
    [frame(FrameType.SETTINGS, 0, 0, "000102")],
    ErrorCode.FRAME_SIZE_ERROR,
    /entries of 6 bytes, got 3/,
  ],
  [
    "SETTINGS on a stream",
    [frame(FrameType.SETTINGS, 0, 1)],
    ErrorCode.PROTOCOL_ERROR,
    /SETTINGS on stream 0, got one on stream 1/,
  ],
  [
    "an acknowledgement with content",
    [frame(FrameType.SETTINGS, Flag.ACK, 0, "000000000000")],
    ErrorCode.FRAME_SIZE_ERROR,
    /SETTINGS of 0 bytes, got one of 6/,
  ],
  ["ENABLE_PUSH of a server", [settings([[2, 1]])], ErrorCode.PROTOCOL_ERROR, /ENABLE_PUSH 0, got 1/],
  ["an initial window past 2^31", [settings([[4, 0x8000_0000]])], ErrorCode.FLOW_CONTROL_ERROR, /got 2147483648/],
  ["a frame size under the least", [settings([[5, 100]])], ErrorCode.PROTOCOL_ERROR, /16384 to 16777215, got 100/],
  [
    "a window of a call past 2^31 by SETTINGS",
    [windowUpdate(1, 1000), settings([[4, 0x7fff_ffff]])],
    ErrorCode.FLOW_CONTROL_ERROR,
    /at most 2147483647/,
  ],
  [
    "the connection's window past 2^31",
    [windowUpdate(0, 0x7fff_ffff)],
    ErrorCode.FLOW_CONTROL_ERROR,
    /WINDOW_UPDATE that makes one of/,
  ],
  ["a WINDOW_UPDATE of 0 for the connection", [windowUpdate(0, 0)], ErrorCode.PROTOCOL_ERROR, /above 0/],
  [
    "a WINDOW_UPDATE of 3 bytes",
    [frame(FrameType.WINDOW_UPDATE, 0, 0, "000001")],
    ErrorCode.FRAME_SIZE_ERROR,
    /4 bytes, got one of 3/,
  ],
  [
    "a PING of 7 bytes",
    [frame(FrameType.PING, 0, 0, "00000000000000")],
    ErrorCode.FRAME_SIZE_ERROR,
    /PING of 8 bytes, got one of 7/,
  ],
  ["a PING on a stream", [frame(FrameType.PING, 0, 1, Buffer.alloc(8))], ErrorCode.PROTOCOL_ERROR, /PING on stream 0/],
  [
    "a RST_STREAM of 3 bytes",
    [frame(FrameType.RST_STREAM, 0, 1, "000001")],
    ErrorCode.FRAME_SIZE_ERROR,
    /RST_STREAM of 4 bytes/,
  ],
  [
    "a RST_STREAM of a stream not opened",
    [frame(FrameType.RST_STREAM, 0, 99, uint32(8))],
    ErrorCode.PROTOCOL_ERROR,
    /that we opened, got one of stream 99/,
  ],
  [
    "DATA on a stream not opened",
    [data(3, Buffer.alloc(1))],
    ErrorCode.PROTOCOL_ERROR,
    /DATA of a stream that we opened, got one of stream 3/,
  ],
  ["DATA on stream 0", [data(0, Buffer.alloc(1))], ErrorCode.PROTOCOL_ERROR, /got one of stream 0/],
  [
    "HEADERS on a stream of the server's",
    [head(2)],
    ErrorCode.PROTOCOL_ERROR,
    /HEADERS of a stream that we opened, got one of stream 2/,
  ],
  [
    "a PUSH_PROMISE",
    [frame(FrameType.PUSH_PROMISE, Flag.END_HEADERS, 1, "0000000288")],
    ErrorCode.PROTOCOL_ERROR,
    /expected no PUSH_PROMISE/,
  ],
  [
    "a GOAWAY of 4 bytes",
    [frame(FrameType.GOAWAY, 0, 0, "00000000")],
    ErrorCode.FRAME_SIZE_ERROR,
    /at least 8 bytes, got one of 4/,
  ],
  [
    "a PRIORITY of 4 bytes",
    [frame(FrameType.PRIORITY, 0, 1, "00000000")],
    ErrorCode.FRAME_SIZE_ERROR,
    /PRIORITY of 5 bytes/,
  ],
  [
    "more padding than frame",
    [frame(FrameType.DATA, Flag.PADDED, 1, "05000000")],
    ErrorCode.PROTOCOL_ERROR,
    /padding within the DATA frame of 4 bytes, got 5/,
  ],
  [
    "padded DATA without the padding's length",
    [frame(FrameType.DATA, Flag.PADDED, 1)],
    ErrorCode.PROTOCOL_ERROR,
    /padding/,
  ],
  [
    "HEADERS too short for their priority",
    [frame(FrameType.HEADERS, Flag.PRIORITY | Flag.END_HEADERS, 1, "0000")],
    ErrorCode.FRAME_SIZE_ERROR,
    /at least 5/,
  ],
  [
    "a CONTINUATION without HEADERS",
    [frame(FrameType.CONTINUATION, 0, 1, "88")],
    ErrorCode.PROTOCOL_ERROR,
    /only after HEADERS/,
  ],
  [
    "another frame between HEADERS and CONTINUATION",
    [frame(FrameType.HEADERS, 0, 1, "88"), settings()],
    ErrorCode.PROTOCOL_ERROR,
    /CONTINUATION of stream 1, got SETTINGS/,
  ],
  [
    "a CONTINUATION of another stream",
    [frame(FrameType.HEADERS, 0, 1, "88"), frame(FrameType.CONTINUATION, 4, 3, "88")],
    ErrorCode.PROTOCOL_ERROR,
    /got CONTINUATION of stream 3/,
  ],
  [
    "headers that do not decode",
    [frame(FrameType.HEADERS, Flag.END_HEADERS, 1, "ff")],
    ErrorCode.COMPRESSION_ERROR,
    /whole integer/,
  ],
  [
    "headers without end",
    [
      frame(FrameType.HEADERS, 0, 1),
      ...Array.from({ length: 5 }, () => frame(FrameType.CONTINUATION, 0, 1, Buffer.alloc(16_384))),
    ],
    ErrorCode.ENHANCE_YOUR_CALM,
    /at most 65536 bytes, got more/,
  ],
  [
    "empty CONTINUATIONs without end",
    [frame(FrameType.HEADERS, 0, 1), ...Array.from({ length: 20 }, () => frame(FrameType.CONTINUATION, 0, 1))],
    ErrorCode.ENHANCE_YOUR_CALM,
    /carry something/,
  ],
];

for (const [title, bytes, errorCode, message] of faults) {
  test(`${title} ends the connection with a clear error`, { timeout: 10_000 }, async () => {
    await using peer = await startPeer();
    const closed = Promise.withResolvers<ConnectionError | undefined>();
    const connecting = connect({
      target: peer.target,
      events: { onClosed: closed.resolve },
    });
    const far = await peer.accept();
    far.send(settings());
    const connection = await connecting;
    const sink = new RecordingSink();
    connection.unary(connection.prepare({ path: "/a.B/C" }), sink, 1, Buffer.alloc(0));
    await far.nextCall();
    far.send(...bytes);

    const reason = await closed.promise;
    assert.ok(reason instanceof ConnectionError);
    assert.equal(reason.fault, "protocol");
    assert.match(reason.message, message);
    assert.equal(connection.closedBy, reason);
    assert.equal(connection.state, "closed");
    const ended = await sink.ended(1);
    // The call may have ended by its own fault just before.
    assert.equal(ended.code, Status.INTERNAL);
    const goAway = await far.next(({ type }) => type === FrameType.GOAWAY);
    assert.equal(goAway.payload.readUInt32BE(4), errorCode);
    assert.match(goAway.payload.toString("latin1", 8), message);
    assert.equal(connection.unary(connection.prepare({ path: "/a.B/C" }), sink, 2, Buffer.alloc(0)), 0);
  });
}
