import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { BinaryReader } from "@bufbuild/protobuf/wire";
import { Status as RpcStatus } from "@hey/proto/status";
import { CallError, callServerStream, connect, decodeInPlace, Status } from "./index.ts";
import { data, head, message, settings, trailers } from "./testing/peer-frames.ts";
import { startPeer } from "./testing/scripted-peer.ts";

const limit = { timeout: 10_000 };
const method = {
  path: "/a.B/C",
  requestSerialize: (bytes: Buffer) => bytes,
  responseDeserialize: (): RpcStatus => assert.fail("there is a responseDecode"),
  responseDecode: decodeInPlace(BinaryReader, RpcStatus),
};

const encoded = (code: number, text: string) => RpcStatus.encode(RpcStatus.create({ code, message: text })).finish();

/** What the caller gets of the frames that `answer` makes, sent in writes of `writeBytes`. */
async function received(
  answer: (call: number) => Buffer[],
  writeBytes = Number.POSITIVE_INFINITY,
): Promise<{ messages: RpcStatus[]; error: unknown }> {
  await using peer = await startPeer();
  // A small read buffer, so that messages are cut wherever it ends.
  const connecting = connect({ target: peer.target, readBufferBytes: 1024 });
  const far = await peer.accept();
  far.send(settings());
  const connection = await connecting;
  const messages: RpcStatus[] = [];
  const reading = (async () => {
    for await (const one of callServerStream(connection, method, Buffer.alloc(0))) messages.push(one);
  })();
  const ended = reading.then(
    () => undefined,
    (error: unknown) => error,
  );
  const all = Buffer.concat(answer(await far.nextCall()));
  for (let at = 0; at < all.length; at += writeBytes) far.send(all.subarray(at, at + writeBytes));
  const error = await ended;
  connection.destroy();
  return { messages, error };
}

test("messages that lie in the read buffer, over its end, and compressed are decoded alike", limit, async () => {
  const texts = Array.from({ length: 50 }, (_, index) => `${index}:`.padEnd(index * 7, "ä"));
  const { messages, error } = await received((call) => [
    head(call, { "grpc-encoding": "gzip" }),
    ...texts.map((text, index) => {
      const bytes = encoded(index, text);
      return data(call, index % 3 === 0 ? message(gzipSync(bytes), 1) : message(bytes));
    }),
    trailers(call),
  ]);
  assert.equal(error, undefined);
  assert.deepEqual(
    messages.map((one) => one.message),
    texts,
  );
  assert.deepEqual(
    messages.map(({ code }) => code),
    texts.map((_, index) => index),
  );
});

test("a field that is longer than its message ends the call, and does not read the next message", limit, async () => {
  // Field 2, said to be of 20 bytes, of which 3 are there.
  const torn = Buffer.from("1214616263", "hex");
  const next = message(encoded(1, "the next message"));
  const { messages, error } = await received((call) => [
    head(call),
    data(call, Buffer.concat([message(encoded(7, "whole")), message(torn), next])),
    trailers(call),
  ]);
  assert.deepEqual(
    messages.map((one) => one.message),
    ["whole"],
  );
  assert.ok(error instanceof CallError);
  assert.equal(error.code, Status.INTERNAL);
  assert.match(error.details, /^cannot decode an answer: /);
});
