/** The traps of grpc-js that this package guards against, one test each. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { Client, credentials, status } from "@grpc/grpc-js";
import { HeyHowService, ListenRequest, ListenResponse, SayRequest, SayResponse } from "@hey/proto/v1";
import { callServerStream, callUnary, ownConnection, StatusError } from "@hey/rpc";
import { startScript } from "./scripted-server.ts";

const deadlineMs = 5_000;

async function* numbered(): AsyncGenerator<ListenResponse> {
  for (let sequence = 1n; ; sequence++) {
    yield ListenResponse.fromPartial({ sequence });
    await setImmediate();
  }
}

test("a handler whose promise rejects fails its call at once, and the server goes on", async () => {
  const bugs: unknown[] = [];
  const bug = new Error("the password is 1234");
  const say = ({ count }: SayRequest) => (count === 1n ? Promise.reject(bug) : SayResponse.fromPartial({ count }));
  await using script = await startScript({ say }, { observer: { ended: (_, outcome) => bugs.push(outcome.bug) } });
  await assert.rejects(
    callUnary(script.client, HeyHowService.say, SayRequest.fromPartial({ count: 1n }), { deadlineMs }),
    {
      code: status.INTERNAL,
      message: "internal error: the cause is in the server's log",
    },
  );
  assert.deepEqual(bugs, [bug]);
  assert.equal(
    (await callUnary(script.client, HeyHowService.say, SayRequest.fromPartial({ count: 2n }), { deadlineMs })).count,
    2n,
  );
});

test("leaving a loop over a stream by break cancels the call at the server", async () => {
  const { promise: stopped, resolve: stop } = Promise.withResolvers<unknown>();
  await using script = await startScript({
    async *listen(_, { signal }) {
      signal.addEventListener("abort", () => stop(signal.reason));
      yield* numbered();
    },
  });
  for await (const { sequence } of callServerStream(
    script.client,
    HeyHowService.listen,
    ListenRequest.fromPartial({}),
    { deadlineMs },
  )) {
    if (sequence === 3n) break;
  }
  const reason = await stopped;
  assert.ok(reason instanceof StatusError && reason.code === status.CANCELLED);
});

test("a call that fails while nobody looks at it leaves the process alive", async () => {
  await using script = await startScript({ listen: numbered });
  const stop = new AbortController();
  const messages = callServerStream(script.client, HeyHowService.listen, ListenRequest.fromPartial({}), {
    deadlineMs,
    signal: stop.signal,
  });
  await messages.next();
  stop.abort();
  await messages.return();
});

test("draining ends although a stream is open: the stream is told UNAVAILABLE", async () => {
  const endStreamsOnDrain = new AbortController();
  await using script = await startScript(
    { listen: numbered },
    { endStreamsOnDrain, drain: { noticeMs: 0, drainMs: 60_000 } },
  );
  const messages = callServerStream(script.client, HeyHowService.listen, ListenRequest.fromPartial({}), { deadlineMs });
  await messages.next();
  const drained = script.server[Symbol.asyncDispose]();
  await assert.rejects(Array.fromAsync(messages), { code: status.UNAVAILABLE });
  await drained;
});

test("draining is bounded although a handler never answers: its caller is told UNAVAILABLE", async () => {
  const { promise: arrived, resolve: arrive } = Promise.withResolvers<void>();
  const say = () => {
    arrive();
    return new Promise<never>(() => {});
  };
  const codes: status[] = [];
  const observer = { ended: (_: unknown, { code }: { code: status }) => void codes.push(code) };
  await using script = await startScript({ say }, { observer, drain: { noticeMs: 0, drainMs: 50 } });
  const failed = assert.rejects(
    callUnary(script.client, HeyHowService.say, SayRequest.fromPartial({}), { deadlineMs }),
    { code: status.UNAVAILABLE, message: /cut off/ },
  );
  await arrived;
  await script.server[Symbol.asyncDispose]();
  await failed;
  assert.deepEqual(codes, [status.UNAVAILABLE]);
});

test("draining is bounded although nothing ends the calls", async () => {
  const { promise: arrived, resolve: arrive } = Promise.withResolvers<void>();
  const say = () => {
    arrive();
    return new Promise<never>(() => {});
  };
  await using script = await startScript({ say }, { cutOff: false, drain: { noticeMs: 0, drainMs: 50 } });
  const failed = assert.rejects(
    callUnary(script.client, HeyHowService.say, SayRequest.fromPartial({}), { deadlineMs }),
    { code: status.CANCELLED },
  );
  await arrived;
  await script.server[Symbol.asyncDispose]();
  await failed;
});

test("a peer that accepts and says nothing costs the deadline, no more", async () => {
  const sockets = new Set<Socket>();
  const silent = createServer((socket) => sockets.add(socket));
  silent.listen(0, "127.0.0.1");
  await once(silent, "listening");
  const { port } = silent.address() as AddressInfo;
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
  try {
    await assert.rejects(callUnary(client, HeyHowService.say, SayRequest.fromPartial({}), { deadlineMs: 200 }), {
      code: status.DEADLINE_EXCEEDED,
    });
  } finally {
    client.close();
    for (const socket of sockets) socket.destroy();
    silent.close();
  }
});

test("clients with a connection of their own do not share one", async () => {
  const peers = new Set<string>();
  const say = (_: SayRequest, { peer }: { peer: string }) => {
    peers.add(peer);
    return SayResponse.fromPartial({});
  };
  await using script = await startScript({ say });
  const clients = [1, 2, 3].map(() => new Client(script.server.address, credentials.createInsecure(), ownConnection));
  await Promise.all(
    clients.map((client) => callUnary(client, HeyHowService.say, SayRequest.fromPartial({}), { deadlineMs })),
  );
  for (const client of clients) client.close();
  assert.equal(peers.size, 3);
});

test("64-bit numbers and zero values arrive as they were sent", async () => {
  await using script = await startScript({
    say: ({ count, workNs }) => SayResponse.fromPartial({ count, receivedAtNs: workNs }),
  });
  const request = SayRequest.fromPartial({ count: 2n ** 53n + 1n, workNs: 0n });
  const response = await callUnary(script.client, HeyHowService.say, request, { deadlineMs });
  assert.equal(response.count, 2n ** 53n + 1n);
  assert.equal(response.receivedAtNs, 0n);
  assert.equal(response.msg, "");
});
