import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { Client, credentials, Metadata, status } from "@grpc/grpc-js";
import { HeyHowService, ListenRequest, type ListenResponse, SayRequest, type TalkRequest } from "@hey/proto/v1";
import {
  callBidi,
  callClientStream,
  callServerStream,
  callUnary,
  createHandlers,
  listen,
  ownConnection,
  StatusError,
} from "@hey/rpc";
import { createHeyHowService } from "./hey-how-service.ts";

const replica = { name: "r1", version: "v1", zone: "a" };
const deadlineMs = 10_000;

/** The service on a port, with a clock that counts how often it is read: once for each message of Listen. */
async function startService() {
  let read = 0;
  const ended: { readonly method: string; readonly code: status }[] = [];
  const arrivals: ((ended: { readonly method: string; readonly code: status }) => void)[] = [];
  const handlers = createHandlers({
    observer: {
      ended({ method }, { code }) {
        ended.push({ method, code });
        arrivals.shift()?.({ method, code });
      },
    },
  });
  const next = {
    async say() {
      throw new StatusError(status.FAILED_PRECONDITION, "no next hop");
    },
    [Symbol.dispose]() {},
  };
  const service = createHeyHowService(handlers, { replica, nowNs: () => BigInt(++read), next, named() {} });
  const server = await listen({
    address: "127.0.0.1:0",
    services: [[HeyHowService, service]],
    drain: { noticeMs: 0, drainMs: 0 },
  });
  const clients: Client[] = [];
  return {
    produced: () => read,
    nextEnd: () => new Promise<(typeof ended)[number]>((resolve) => arrivals.push(resolve)),
    connect() {
      const client = new Client(server.address, credentials.createInsecure(), ownConnection);
      clients.push(client);
      return client;
    },
    async [Symbol.asyncDispose]() {
      for (const client of clients) client.close();
      await server[Symbol.asyncDispose]();
    },
  };
}

function listenRaw(client: Client, request: ListenRequest) {
  const { path, requestSerialize, responseDeserialize } = HeyHowService.listen;
  return client.makeServerStreamRequest<ListenRequest, ListenResponse>(
    path,
    requestSerialize,
    responseDeserialize,
    request,
    new Metadata(),
    { deadline: Date.now() + deadlineMs },
  );
}

test("a call fails at the replica that it is to fail at, and nowhere else", async () => {
  await using service = await startService();
  const say = (onlyAt: string) =>
    callUnary(service.connect(), HeyHowService.say, SayRequest.fromPartial({ failPercent: 100, onlyAt }), {
      deadlineMs,
    });
  await assert.rejects(say("r1"), { code: status.UNAVAILABLE, message: /fail_percent is 100/ });
  await assert.rejects(say(""), { code: status.UNAVAILABLE });
  assert.deepEqual((await say("r2")).replica, replica);
});

test("Say, Listen, Tell and Talk answer over the wire", async () => {
  await using service = await startService();
  const client = service.connect();
  const said = await callUnary(client, HeyHowService.say, SayRequest.fromPartial({ count: 41n }), { deadlineMs });
  assert.equal(said.count, 42n);
  assert.equal(said.msg, "Let's go");
  assert.deepEqual(said.replica, replica);
  assert.ok((said.path[0]?.remainingNs ?? 0n) > 9_000_000_000n, "what is left of the deadline");
  assert.ok(said.answeredAtNs > said.receivedAtNs);

  const wanted = ListenRequest.fromPartial({
    conversationId: "c",
    fromSequence: 2n,
    lastSequence: 4n,
    paddingBytes: 3,
  });
  const heard = await Array.fromAsync(callServerStream(client, HeyHowService.listen, wanted, { deadlineMs }));
  assert.deepEqual(
    heard.map(({ sequence, last, padding }) => [sequence, last, padding.length]),
    [
      [2n, false, 3],
      [3n, false, 3],
      [4n, true, 3],
    ],
  );

  async function* told() {
    for (const sequence of [1n, 2n]) yield { id: "t", sequence, msg: "Hey" };
  }
  const summary = await callClientStream(client, HeyHowService.tell, told(), { deadlineMs });
  assert.equal(summary.count, 2n);
  assert.equal(summary.id, "t");

  async function* talked(): AsyncGenerator<TalkRequest> {
    for (const sequence of [5n, 6n]) yield { conversationId: "c", sequence, lastSequence: 6n, msg: "Hey" };
  }
  const answers = await Array.fromAsync(callBidi(client, HeyHowService.talk, talked(), { deadlineMs }));
  assert.deepEqual(
    answers.map(({ sequence, last }) => [sequence, last]),
    [
      [5n, false],
      [6n, true],
    ],
  );
});

test("a wrong field comes back as INVALID_ARGUMENT with its name in BadRequest details", async () => {
  await using service = await startService();
  const wrong = SayRequest.fromPartial({ hops: 4 });
  await assert.rejects(callUnary(service.connect(), HeyHowService.say, wrong, { deadlineMs }), {
    code: status.INVALID_ARGUMENT,
    details: [{ kind: "badRequest", violations: [{ field: "hops", description: "expected 0 to 3, came 4" }] }],
  });
});

test("a sequence number from the future comes back as OUT_OF_RANGE", async () => {
  await using service = await startService();
  const ahead = ListenRequest.fromPartial({ conversationId: "c", fromSequence: 9n, lastSequence: 4n });
  const stream = callServerStream(service.connect(), HeyHowService.listen, ahead, { deadlineMs });
  await assert.rejects(Array.fromAsync(stream), {
    code: status.OUT_OF_RANGE,
    message: "from_sequence: expected at most 5, came 9",
  });
});

test("a slow reader of Listen holds back the producer, and gets everything in the end", async () => {
  await using service = await startService();
  const messages = 2_000;
  const before = process.memoryUsage().arrayBuffers;
  const call = listenRaw(
    service.connect(),
    ListenRequest.fromPartial({ conversationId: "c", lastSequence: BigInt(messages), paddingBytes: 65_536 }),
  );
  await once(call, "readable");
  // Calls on another connection are the clock here: a producer that was not held back would run on between them.
  const other = service.connect();
  const calls = 200;
  for (let call = 0; call < calls; call++) {
    await callUnary(other, HeyHowService.say, SayRequest.fromPartial({}), { deadlineMs });
  }
  const producedAhead = service.produced() - calls * 2;
  assert.ok(producedAhead < 100, `${producedAhead} messages of 64 KiB made for a reader that took none`);
  const grown = process.memoryUsage().arrayBuffers - before;
  assert.ok(grown < 32 * 1_048_576, `memory grew by ${grown} bytes`);
  let received = 0;
  for await (const message of call) assert.equal((message as ListenResponse).sequence, BigInt(++received));
  assert.equal(received, messages);
});

test("a cancelled Listen stops its work", async () => {
  await using service = await startService();
  const call = listenRaw(service.connect(), ListenRequest.fromPartial({ conversationId: "c" }));
  call.on("error", () => {});
  await once(call, "readable");
  const end = service.nextEnd();
  call.cancel();
  assert.deepEqual(await end, { method: "/heyhow.v1.HeyHowService/Listen", code: status.CANCELLED });
  const produced = service.produced();
  const other = service.connect();
  const calls = 20;
  for (let call = 0; call < calls; call++) {
    await callUnary(other, HeyHowService.say, SayRequest.fromPartial({}), { deadlineMs });
  }
  // One message may have been on its way when the cancellation came.
  assert.ok(service.produced() - calls * 2 <= produced + 1, "messages were made after the call was cancelled");
});

test("a Listen whose deadline passes in a pause stops its work", async () => {
  await using service = await startService();
  const end = service.nextEnd();
  const request = ListenRequest.fromPartial({ conversationId: "c", intervalNs: 60_000_000_000n });
  const stream = callServerStream(service.connect(), HeyHowService.listen, request, { deadlineMs: 200 });
  await assert.rejects(Array.fromAsync(stream), { code: status.DEADLINE_EXCEEDED });
  const { method, code } = await end;
  assert.equal(method, "/heyhow.v1.HeyHowService/Listen");
  // Server and client each have a timer for the same deadline, and either may be the first.
  assert.ok(code === status.DEADLINE_EXCEEDED || code === status.CANCELLED, status[code]);
  assert.deepEqual(process.getActiveResourcesInfo().filter((resource) => resource === "Timeout").length, 0);
});
