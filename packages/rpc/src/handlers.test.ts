import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { type Metadata, status } from "@grpc/grpc-js";
import {
  HeyHowService,
  ListenRequest,
  ListenResponse,
  SayRequest,
  SayResponse,
  TalkRequest,
  TalkResponse,
  TellRequest,
  TellResponse,
} from "@hey/proto/v1";
import {
  type CallContext,
  type CallOutcome,
  callBidi,
  callClientStream,
  callServerStream,
  callUnary,
  StatusError,
} from "@hey/rpc";
import { startScript } from "./scripted-server.ts";

const deadlineMs = 5_000;

async function* tellMessages(count: bigint): AsyncGenerator<TellRequest> {
  for (let sequence = 1n; sequence <= count; sequence++) yield TellRequest.fromPartial({ sequence });
}

async function* talkMessages(count: bigint): AsyncGenerator<TalkRequest> {
  for (let sequence = 1n; sequence <= count; sequence++) yield TalkRequest.fromPartial({ sequence });
}

test("the four kinds of call carry their messages both ways, in order", async () => {
  await using script = await startScript({
    say: ({ count }) => SayResponse.fromPartial({ count: count + 1n }),
    async *listen({ lastSequence }) {
      for (let sequence = 1n; sequence <= lastSequence; sequence++) yield ListenResponse.fromPartial({ sequence });
    },
    async tell(requests) {
      let count = 0n;
      for await (const { sequence } of requests) assert.equal(sequence, ++count);
      return TellResponse.fromPartial({ count });
    },
    async *talk(requests) {
      for await (const { sequence } of requests) yield TalkResponse.fromPartial({ sequence });
    },
  });
  const { client } = script;
  assert.equal(
    (await callUnary(client, HeyHowService.say, SayRequest.fromPartial({ count: 1n }), { deadlineMs })).count,
    2n,
  );
  const heard = await Array.fromAsync(
    callServerStream(client, HeyHowService.listen, ListenRequest.fromPartial({ lastSequence: 100n }), { deadlineMs }),
  );
  assert.deepEqual(
    heard.map(({ sequence }) => sequence),
    Array.from({ length: 100 }, (_, index) => BigInt(index + 1)),
  );
  assert.equal((await callClientStream(client, HeyHowService.tell, tellMessages(100n), { deadlineMs })).count, 100n);
  const answers = await Array.fromAsync(callBidi(client, HeyHowService.talk, talkMessages(100n), { deadlineMs }));
  assert.equal(answers.length, 100);
});

test("a StatusError crosses the wire with its code, its words and its details", async () => {
  const details = [
    { kind: "badRequest", violations: [{ field: "hops", description: "expected 0 to 3, got 7" }] },
    { kind: "errorInfo", reason: "TOO_MANY_HOPS", domain: "heyhow", metadata: { limit: "3" } },
    { kind: "retryInfo", delayMs: 1_500.25 },
    { kind: "other", typeUrl: "type.googleapis.com/google.rpc.Help", value: Buffer.from([1, 2, 3]) },
  ] as const;
  await using script = await startScript({
    say() {
      throw new StatusError(status.INVALID_ARGUMENT, "wrong: hops (ünïcode too)", details);
    },
  });
  const call = callUnary(script.client, HeyHowService.say, SayRequest.fromPartial({}), { deadlineMs });
  await assert.rejects(call, (error) => {
    assert.ok(error instanceof StatusError);
    assert.equal(error.code, status.INVALID_ARGUMENT);
    assert.equal(error.message, "wrong: hops (ünïcode too)");
    assert.deepEqual(error.details, details);
    return true;
  });
});

test("a stream that fails gives an unbroken beginning and then its error", async () => {
  await using script = await startScript({
    async *listen() {
      for (let sequence = 1n; sequence <= 40n; sequence++) yield ListenResponse.fromPartial({ sequence });
      throw new StatusError(status.DATA_LOSS, "no more");
    },
  });
  const heard: bigint[] = [];
  await assert.rejects(
    async () => {
      const messages = callServerStream(script.client, HeyHowService.listen, ListenRequest.fromPartial({}), {
        deadlineMs,
      });
      for await (const { sequence } of messages) heard.push(sequence);
    },
    { code: status.DATA_LOSS },
  );
  // How far it got is grpc-js's to say: a failure overtakes messages that nobody has asked for yet.
  assert.ok(heard.length <= 40);
  assert.deepEqual(
    heard,
    heard.map((_, index) => BigInt(index + 1)),
  );
});

test("trailers come with success and with failure, and the peer is an address", async () => {
  await using script = await startScript({
    say({ count }, { trailers }) {
      trailers.set("x-request-id", "abc");
      if (count === 1n) throw new StatusError(status.NOT_FOUND, "no");
      return SayResponse.fromPartial({});
    },
  });
  for (const count of [0n, 1n]) {
    let trailers: Metadata | undefined;
    const peers: string[] = [];
    const observe = {
      onTrailers: (metadata: Metadata) => (trailers = metadata),
      onPeer: (peer: string) => peers.push(peer),
    };
    await callUnary(script.client, HeyHowService.say, SayRequest.fromPartial({ count }), {
      deadlineMs,
      ...observe,
    }).catch(() => {});
    assert.deepEqual(trailers?.get("x-request-id"), ["abc"]);
    assert.deepEqual(peers, [script.server.address]);
  }
});

test("a deadline that passes stops the work: the signal's reason says so", async () => {
  const { promise: reason, resolve } = Promise.withResolvers<unknown>();
  const outcomes: CallOutcome[] = [];
  await using script = await startScript(
    { say: (_, { signal }) => new Promise(() => signal.addEventListener("abort", () => resolve(signal.reason))) },
    { observer: { ended: (_, outcome) => outcomes.push(outcome) } },
  );
  const call = callUnary(script.client, HeyHowService.say, SayRequest.fromPartial({}), { deadlineMs: 150 });
  await assert.rejects(call, { code: status.DEADLINE_EXCEEDED });
  const { code } = (await reason) as StatusError;
  // The client's clock may ring first and take the call away: to the server that is a cancellation.
  assert.ok(code === status.DEADLINE_EXCEEDED || code === status.CANCELLED);
  assert.equal(outcomes.length, 1);
  assert.equal(outcomes[0]?.code, code);
});

test("a call made inside a handler inherits what is left of the deadline, and the cancellation", async () => {
  const { promise: stopped, resolve: stop } = Promise.withResolvers<unknown>();
  const { promise: arrived, resolve: arrive } = Promise.withResolvers<number | undefined>();
  await using back = await startScript({
    say(_, context) {
      arrive(context.remainingMs());
      return new Promise(() => context.signal.addEventListener("abort", () => stop(context.signal.reason)));
    },
  });
  const forward = (request: SayRequest, parent: CallContext) =>
    callUnary(back.client, HeyHowService.say, request, { deadlineMs: 60_000, parent });
  await using front = await startScript({ say: forward });
  const caller = new AbortController();
  const call = callUnary(front.client, HeyHowService.say, SayRequest.fromPartial({}), {
    deadlineMs: 4_000,
    signal: caller.signal,
  });
  const failed = assert.rejects(call, { code: status.CANCELLED });
  const remaining = await arrived;
  assert.ok(
    remaining !== undefined && remaining > 0 && remaining <= 4_000,
    `expected at most 4000 ms, got ${remaining}`,
  );
  caller.abort(new Error("enough"));
  await failed;
  assert.ok((await stopped) instanceof StatusError);
});

test("a slow reader holds the producer back", async () => {
  let produced = 0;
  const padding = Buffer.alloc(64 * 1024);
  await using script = await startScript({
    async *listen() {
      for (; produced < 2_000; produced++) yield ListenResponse.fromPartial({ sequence: BigInt(produced), padding });
    },
  });
  const messages = callServerStream(script.client, HeyHowService.listen, ListenRequest.fromPartial({}), { deadlineMs });
  await messages.next();
  // Nothing more is read. Once the buffers on the way are full the count stands still.
  let before = -1;
  for (let turns = 0; turns < 200 && before !== produced; turns++) {
    before = produced;
    for (let turn = 0; turn < 50; turn++) await setImmediate();
  }
  assert.ok(produced < 200, `expected fewer than 200 messages (13 MB) on the way, got ${produced}`);
  await messages.return();
});

test("a stream ends with UNAVAILABLE when it has lasted as long as it may", async () => {
  await using script = await startScript({ listen: () => forever() }, { maxStreamMs: 100 });
  const messages = callServerStream(script.client, HeyHowService.listen, ListenRequest.fromPartial({}), { deadlineMs });
  await assert.rejects(messages.next(), { code: status.UNAVAILABLE, message: /lasted 100 ms/ });
});

test("requests that cannot be produced fail the call with what they threw", async () => {
  await using script = await startScript({
    async tell(requests) {
      return TellResponse.fromPartial({ count: BigInt((await Array.fromAsync(requests)).length) });
    },
    talk: (requests) => requests as AsyncIterable<never>,
  });
  async function* broken(): AsyncGenerator<never> {
    yield* [];
    throw new RangeError("out of words");
  }
  await assert.rejects(callClientStream(script.client, HeyHowService.tell, broken(), { deadlineMs }), RangeError);
  await assert.rejects(
    Array.fromAsync(callBidi(script.client, HeyHowService.talk, broken(), { deadlineMs })),
    RangeError,
  );
});

test("an answer before the requests are through stops their producer", async () => {
  const { promise: returned, resolve } = Promise.withResolvers<void>();
  async function* endless(): AsyncGenerator<TellRequest> {
    try {
      for (let sequence = 1n; ; sequence++) {
        yield TellRequest.fromPartial({ sequence });
        await setImmediate();
      }
    } finally {
      resolve();
    }
  }
  await using script = await startScript({ tell: () => TellResponse.fromPartial({ count: 7n }) });
  assert.equal((await callClientStream(script.client, HeyHowService.tell, endless(), { deadlineMs })).count, 7n);
  await returned;
});

test("a call that its signal has already cancelled is never made", async () => {
  let calls = 0;
  await using script = await startScript({ say: () => SayResponse.fromPartial({ count: BigInt(++calls) }) });
  const signal = AbortSignal.abort();
  await assert.rejects(
    callUnary(script.client, HeyHowService.say, SayRequest.fromPartial({}), { deadlineMs, signal }),
    { code: status.CANCELLED },
  );
  assert.equal(calls, 0);
});

async function* forever(): AsyncGenerator<never> {
  yield* [];
  await new Promise(() => {});
}
