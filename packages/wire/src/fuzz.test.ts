import assert from "node:assert/strict";
import { test } from "node:test";
import { HeaderDecoder } from "./hpack/decoder.ts";
import { HeaderEncoder } from "./hpack/encoder.ts";
import { FrameReader } from "./http2/frame-reader.ts";
import { ProtocolError } from "./http2/protocol-error.ts";
import { connect } from "./index.ts";
import {
  answer,
  data,
  frame,
  goAway,
  head,
  message,
  reset,
  settings,
  trailers,
  windowUpdate,
} from "./testing/peer-frames.ts";
import { startPeer } from "./testing/scripted-peer.ts";
import { seeded } from "./testing/seeded.ts";

const seed = Number(process.env["HEY_FUZZ_SEED"] ?? 20_260_101);
const random = seeded(seed);
const below = (limit: number) => Math.floor(random() * limit);
const pick = <T>(values: readonly T[]): T => values[below(values.length)] as T;

/** Only a ProtocolError is an answer to damaged bytes. */
function onlyProtocolErrors(run: () => void): void {
  try {
    run();
  } catch (error) {
    assert.ok(error instanceof ProtocolError, `seed ${seed}: ${error instanceof Error ? error.stack : error}`);
  }
}

function damage(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  for (let times = below(4); times >= 0; times--) copy[below(copy.length)] = below(256);
  return random() < 0.2 ? copy.subarray(0, 1 + below(copy.length)) : copy;
}

test(`HPACK: random and damaged blocks give fields or a ProtocolError (seed ${seed})`, () => {
  const encoder = new HeaderEncoder();
  for (let run = 0; run < 8000; run++) {
    const decoder = new HeaderDecoder(4096, 8192, (block) => block);
    const fields = Array.from({ length: 1 + below(6) }, () => ({
      name: pick(["a", ":status", "grpc-status", "x-bin"]),
      value: String.fromCharCode(...Array.from({ length: below(40) }, () => below(256))),
    }));
    const valid = Buffer.from(encoder.encode(fields));
    const bytes = random() < 0.5 ? damage(valid) : Buffer.from(Array.from({ length: 1 + below(60) }, () => below(256)));
    onlyProtocolErrors(() => {
      for (let again = 0; again < 2; again++) assert.ok(decoder.decode(bytes, 0, bytes.length).listBytes >= 0);
    });
  }
});

const pieces = [
  settings([[3, 100]]),
  settings([[4, 0]]),
  head(1),
  data(1, message("hello")),
  trailers(1),
  answer(3, "x"),
  reset(5, 8),
  windowUpdate(0, 1000),
  windowUpdate(1, 1000),
  goAway(7, 0),
  frame(6, 0, 0, Buffer.alloc(8)),
  frame(9, 4, 1, "88"),
  frame(0, 8, 1, "0400000000"),
];

test(`frames: damaged streams in random pieces give frames or a ProtocolError (seed ${seed})`, () => {
  for (let run = 0; run < 8000; run++) {
    const bytes = damage(Buffer.concat([settings(), ...Array.from({ length: 1 + below(8) }, () => pick(pieces))]));
    let taken = 0;
    const reader = new FrameReader({
      stopped: false,
      onFrame: (_type, _flags, _id, _bytes, start, end) => {
        taken += 9 + end - start;
      },
    });
    onlyProtocolErrors(() => {
      for (let at = 0; at < bytes.length; ) {
        const size = Math.min(bytes.length - at, 1 + below(50));
        reader.read(Buffer.from(bytes.subarray(at, at + size)), size);
        at += size;
      }
    });
    assert.ok(taken <= bytes.length);
  }
});

test(`connections: a peer that sends damaged frames ends every call, one way or the other (seed ${seed})`, {
  timeout: 30_000,
}, async () => {
  await using peer = await startPeer();
  for (let run = 0; run < 150; run++) {
    const connecting = connect({ target: peer.target });
    const far = await peer.accept();
    far.send(settings());
    const connection = await connecting;
    let begun = 0;
    let ended = 0;
    const sink = { onHeaders() {}, onMessage() {}, onEnd: () => void ended++, onWritable() {} };
    const request = connection.prepare({ path: "/a.B/C", timeoutMs: 60_000 });
    for (let tag = 0; tag < 4; tag++) if (connection.unary(request, sink, tag, Buffer.alloc(200)) !== 0) begun++;
    await far.nextCall();
    far.send(damage(Buffer.concat(Array.from({ length: 2 + below(10) }, () => pick(pieces)))));
    far.socket.end();
    connection.close().catch(() => {});
    await new Promise((resolve) => far.socket.once("close", resolve));
    connection.destroy();
    assert.equal(ended, begun, `seed ${seed}, run ${run}`);
    assert.equal(connection.active, 0);
  }
});
