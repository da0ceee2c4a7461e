/** What a call leaves behind: nothing, on signals that live longer than it does. */
import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import { test } from "node:test";
import { Client, credentials, status } from "@grpc/grpc-js";
import { HeyHowService, ListenRequest, SayRequest, SayResponse, TellRequest, TellResponse } from "@hey/proto/v1";
import { callClientStream, callServerStream, callUnary, listen } from "@hey/rpc";
import { startScript } from "./scripted-server.ts";

const deadlineMs = 5_000;

test("a stream that has ended leaves no listener on the signal that ends streams", async () => {
  const endStreamsOnDrain = new AbortController();
  const { promise: ended, resolve: end } = Promise.withResolvers<void>();
  await using script = await startScript(
    {
      async *listen() {
        yield* [];
      },
    },
    { endStreamsOnDrain, observer: { ended: () => end() } },
  );
  await Array.fromAsync(
    callServerStream(script.client, HeyHowService.listen, ListenRequest.fromPartial({}), { deadlineMs }),
  );
  await ended;
  assert.equal(getEventListeners(endStreamsOnDrain.signal, "abort").length, 0);
});

test("a call that has ended leaves no listener on its caller's signal", async () => {
  await using script = await startScript({ say: () => SayResponse.fromPartial({}) });
  const { signal } = new AbortController();
  await callUnary(script.client, HeyHowService.say, SayRequest.fromPartial({}), { deadlineMs, signal });
  assert.equal(getEventListeners(signal, "abort").length, 0);
});

test("a call that waits for a connection is made once there is one, and one that does not fails at once", async () => {
  const closed = await listen({ address: "127.0.0.1:0", services: [], drain: { noticeMs: 0, drainMs: 0 } });
  await closed[Symbol.asyncDispose]();
  const client = new Client(closed.address, credentials.createInsecure(), { "grpc.max_reconnect_backoff_ms": 100 });
  try {
    const say = (waitForReady: boolean) =>
      callUnary(client, HeyHowService.say, SayRequest.fromPartial({}), { deadlineMs: 300, waitForReady });
    await assert.rejects(say(false), { code: status.UNAVAILABLE });
    await assert.rejects(say(true), { code: status.DEADLINE_EXCEEDED });
  } finally {
    client.close();
  }
});

test("messages told to a server that is gone leave the process alive", async () => {
  const script = await startScript({ tell: () => TellResponse.fromPartial({}) });
  await script.server[Symbol.asyncDispose]();
  async function* told() {
    for (let sequence = 1n; sequence <= 100n; sequence++) yield TellRequest.fromPartial({ sequence });
  }
  await assert.rejects(callClientStream(script.client, HeyHowService.tell, told(), { deadlineMs }), {
    code: status.UNAVAILABLE,
  });
  script.client.close();
});
