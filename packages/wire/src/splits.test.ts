import assert from "node:assert/strict";
import { test } from "node:test";
import { type FrameHandler, FrameReader } from "./http2/frame-reader.ts";
import { connect } from "./index.ts";
import { answer, data, frame, head, message, settings, trailers } from "./testing/peer-frames.ts";
import { RecordingSink } from "./testing/recording-sink.ts";
import { startPeer } from "./testing/scripted-peer.ts";
import { seeded } from "./testing/seeded.ts";

const long = "long ".repeat(2000);
const stream = Buffer.concat([
  settings([[3, 100]]),
  head(1),
  data(1, Buffer.concat([message("one"), message(""), message("three")])),
  frame(0xee, 0, 0, "00"),
  data(1, message(long).subarray(0, 7000)),
  // With the reserved bit, which means nothing.
  data(0x8000_0001, message(long).subarray(7000)),
  trailers(1, { "grpc-status": "0", "x-end": "yes" }),
  answer(3, "second"),
]);

/** What a reader makes of the bytes in pieces of these sizes, read one after another into one buffer as a socket does. */
function framesOf(pieces: readonly number[]): string[] {
  const seen: string[] = [];
  const handler: FrameHandler = {
    stopped: false,
    onFrame: (type, flags, id, bytes, start, end) =>
      void seen.push(`${type} ${flags} ${id} ${bytes.toString("hex", start, end)}`),
  };
  const reader = new FrameReader(handler);
  const buffer = Buffer.alloc(stream.length);
  let at = 0;
  for (const size of pieces) {
    stream.copy(buffer.fill(0xaa), 0, at, at + size);
    reader.read(buffer, size);
    at += size;
  }
  assert.equal(at, stream.length);
  return seen;
}

test("frames are the same wherever the bytes are cut", () => {
  const whole = framesOf([stream.length]);
  assert.equal(whole.length, 10);
  assert.deepEqual([...new Set(whole.map((each) => each.split(" ")[2]))], ["0", "1", "3"]);
  for (let cut = 1; cut < stream.length; cut++) assert.deepEqual(framesOf([cut, stream.length - cut]), whole);
  assert.deepEqual(framesOf(Array.from({ length: stream.length }, () => 1)), whole);
  const random = seeded(7);
  for (let run = 0; run < 200; run++) {
    const pieces: number[] = [];
    for (let left = stream.length; left > 0; left -= pieces.at(-1) ?? 0) {
      pieces.push(Math.min(left, 1 + Math.floor(random() ** 3 * 5000)));
    }
    assert.deepEqual(framesOf(pieces), whole);
  }
});

test("answers are the same however small the reads are", { timeout: 20_000 }, async () => {
  for (const readBufferBytes of [1024, 1031, 4096, 65_536]) {
    await using peer = await startPeer();
    const connecting = connect({ target: peer.target, readBufferBytes });
    const far = await peer.accept();
    far.send(settings());
    const connection = await connecting;
    const sink = new RecordingSink();
    const request = connection.prepare({ path: "/a.B/C" });
    connection.unary(request, sink, 1, Buffer.alloc(0));
    connection.unary(request, sink, 2, Buffer.alloc(0));
    await far.nextCall();
    await far.nextCall();
    far.send(stream);
    const first = await sink.ended(1);
    assert.deepEqual(first.messages, ["one", "", "three", long]);
    assert.deepEqual(first.trailers, [["x-end", "yes"]]);
    assert.deepEqual((await sink.ended(2)).messages, ["second"]);
    connection.destroy();
  }
});
