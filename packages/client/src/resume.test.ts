import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, constants as http2 } from "node:http2";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { status } from "@grpc/grpc-js";
import { ListenRequest, ListenResponse } from "@hey/proto/v1";
import { StatusError } from "@hey/rpc";
import { openChannel } from "./channel.ts";
import { type Clock, realClock } from "./clock.ts";
import { createHeyHow, type HeyHowOptions } from "./hey-how.ts";
import type { StreamOptions } from "./line.ts";
import type { Resumption } from "./resume.ts";
import { type Script, startReplica } from "./scripted-replica.ts";

const wish = { conversationId: "c", lastSequence: 6n };

/** A clock that never waits and remembers what it was asked to. */
function patientClock(): Clock & { readonly waits: number[] } {
  const waits: number[] = [];
  return {
    ...realClock,
    random: () => 0.5,
    waits,
    pause: async (durationMs) => {
      waits.push(durationMs);
    },
  };
}

async function hear(script: Script["listen"], options: HeyHowOptions & StreamOptions = {}) {
  await using replica = await startReplica(script === undefined ? {} : { listen: script });
  using channel = await openChannel({ target: replica.address });
  const resumptions: Resumption[] = [];
  const numbers: bigint[] = [];
  const streamOptions = { onResumed: (event: Resumption) => resumptions.push(event), ...options };
  let thrown: unknown;
  try {
    for await (const { sequence } of createHeyHow(channel, options).listen(wish, streamOptions)) numbers.push(sequence);
  } catch (error) {
    thrown = error;
  }
  return { numbers, resumptions, thrown };
}

/** What each attempt was asked to begin with, and how each ends. */
function breaking(...attempts: readonly (readonly [numbers: readonly bigint[], end?: status | undefined])[]) {
  const asked: bigint[] = [];
  const script = function* ({ fromSequence }: ListenRequest) {
    asked.push(fromSequence);
    const [numbers, end] = attempts[asked.length - 1] ?? [[], status.DATA_LOSS];
    yield* numbers;
    if (end !== undefined) throw new StatusError(end, "as the script says");
  };
  return { asked, script };
}

test("after a break the first number that has not arrived is asked for", async () => {
  const { asked, script } = breaking([[1n, 2n], status.UNAVAILABLE], [[3n, 4n], status.CANCELLED], [[5n, 6n]]);
  const { numbers, resumptions, thrown } = await hear(script);
  assert.equal(thrown, undefined);
  assert.deepEqual(asked, [1n, 3n, 5n]);
  assert.deepEqual(numbers, [1n, 2n, 3n, 4n, 5n, 6n]);
  assert.deepEqual(
    resumptions.map(({ code, attempts, renewal }) => ({ code, attempts, renewal })),
    [
      { code: status.UNAVAILABLE, attempts: 1, renewal: false },
      { code: status.CANCELLED, attempts: 1, renewal: false },
    ],
  );
});

test("a number that was skipped before the break is asked for again, and nothing that arrives is hidden", async () => {
  const { asked, script } = breaking([[1n, 2n, 4n], status.UNAVAILABLE], [[3n, 4n, 5n, 6n]]);
  const { numbers } = await hear(script);
  assert.deepEqual(asked, [1n, 3n]);
  assert.deepEqual(numbers, [1n, 2n, 4n, 3n, 4n, 5n, 6n]);
});

test("a break after the last message is the end", async () => {
  const { asked, script } = breaking([[1n, 2n, 3n, 4n, 5n, 6n], status.UNAVAILABLE]);
  const { numbers, thrown } = await hear(script);
  assert.equal(thrown, undefined);
  assert.deepEqual(asked, [1n]);
  assert.equal(numbers.length, 6);
});

test("a stream that ends with OK is over, with or without its last message", async () => {
  const { asked, script } = breaking([[1n, 2n, 3n]]);
  const { numbers, thrown } = await hear(script);
  assert.equal(thrown, undefined);
  assert.deepEqual(asked, [1n]);
  assert.deepEqual(numbers, [1n, 2n, 3n]);
});

for (const code of [status.INVALID_ARGUMENT, status.INTERNAL, status.RESOURCE_EXHAUSTED, status.UNIMPLEMENTED]) {
  test(`${status[code]} from a server is no break: the stream fails with it`, async () => {
    const { asked, script } = breaking([[1n], code]);
    const { numbers, thrown } = await hear(script);
    assert.ok(thrown instanceof StatusError && thrown.code === code);
    assert.deepEqual(asked, [1n]);
    assert.deepEqual(numbers, [1n]);
  });
}

test("INTERNAL from a stream's reset is a break", async () => {
  const asked: bigint[] = [];
  const server = createServer().listen(0, "127.0.0.1");
  server.on("stream", (stream, headers) => {
    stream.on("error", () => {});
    stream.once("data", (frame: Buffer) => {
      const { fromSequence } = ListenRequest.decode(frame.subarray(5));
      asked.push(fromSequence);
      stream.respond({ ":status": 200, "content-type": headers["content-type"] ?? "" }, { waitForTrailers: true });
      stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": "0" }));
      const message = ListenResponse.encode(
        ListenResponse.fromPartial({ sequence: fromSequence, last: fromSequence === 2n }),
      ).finish();
      const head = Buffer.alloc(5);
      head.writeUInt32BE(message.length, 1);
      stream.write(Buffer.concat([head, message]));
      if (fromSequence === 2n) stream.end();
    });
  });
  await once(server, "listening");
  using channel = await openChannel({ target: `127.0.0.1:${(server.address() as AddressInfo).port}` });
  const resumptions: Resumption[] = [];
  const numbers: bigint[] = [];
  const sessions = new Set<import("node:http2").ServerHttp2Session>();
  server.on("session", (session) => sessions.add(session));
  const open = new Set<import("node:http2").ServerHttp2Stream>();
  server.on("stream", (stream) => open.add(stream));
  const options = { onResumed: (event: Resumption) => resumptions.push(event) };
  for await (const { sequence } of createHeyHow(channel).listen({ conversationId: "c", lastSequence: 2n }, options)) {
    numbers.push(sequence);
    if (sequence === 1n) for (const stream of open) stream.close(http2.NGHTTP2_INTERNAL_ERROR);
  }
  channel.close();
  for (const session of sessions) session.destroy();
  server.close();
  assert.deepEqual(asked, [1n, 2n]);
  assert.deepEqual(numbers, [1n, 2n]);
  assert.deepEqual(
    resumptions.map(({ code }) => code),
    [status.INTERNAL],
  );
});

test("a stream goes on past the deadline of its attempt at once, and that is no break", async () => {
  const clock = patientClock();
  const { asked, script } = breaking([[1n, 2n, 3n]], [[4n, 5n, 6n]]);
  const hanging: Script["listen"] = async function* (request, { signal }) {
    yield* script(request);
    if (asked.length === 1) await once(signal, "abort");
  };
  const { numbers, resumptions, thrown } = await hear(hanging, { attemptMs: 1_000, clock });
  assert.equal(thrown, undefined);
  assert.deepEqual(asked, [1n, 4n]);
  assert.deepEqual(numbers, [1n, 2n, 3n, 4n, 5n, 6n]);
  assert.deepEqual(
    resumptions.map(({ code, renewal }) => [code, renewal]),
    [[status.DEADLINE_EXCEEDED, true]],
  );
  assert.deepEqual(clock.waits, []);
});

test("attempts that bring nothing wait longer each time and are bounded", async () => {
  const clock = patientClock();
  const { asked, script } = breaking(...Array.from({ length: 50 }, () => [[], status.UNAVAILABLE] as const));
  const { thrown } = await hear(script, { clock, fruitlessAttempts: 4 });
  assert.ok(thrown instanceof StatusError && thrown.code === status.UNAVAILABLE);
  assert.equal(thrown.message, "gave up after 4 attempts in a row without a message: as the script says");
  assert.equal(asked.length, 5);
  assert.deepEqual(clock.waits, [15, 30, 60, 120]);
});

test("a message resets the count of attempts that brought nothing", async () => {
  const clock = patientClock();
  const nothing = [[], status.UNAVAILABLE] as const;
  const { script } = breaking(nothing, nothing, [[1n], status.UNAVAILABLE], nothing, nothing, [[2n, 3n, 4n, 5n, 6n]]);
  const { numbers, resumptions, thrown } = await hear(script, { clock, fruitlessAttempts: 3 });
  assert.equal(thrown, undefined);
  assert.equal(numbers.length, 6);
  assert.deepEqual(
    resumptions.map(({ attempts }) => attempts),
    [2, 3],
  );
  assert.deepEqual(clock.waits, [15, 30, 15, 30, 60]);
});

test("CANCELLED by the caller's own signal ends the stream, between attempts too", async () => {
  for (const moment of ["in an attempt", "between attempts"]) {
    const stop = new AbortController();
    const { asked, script } = breaking([[1n], moment === "in an attempt" ? undefined : status.UNAVAILABLE]);
    const hanging: Script["listen"] = async function* (request, { signal }) {
      yield* script(request);
      if (moment === "in an attempt") stop.abort(new Error("enough"));
      await once(signal, "abort");
    };
    const clock: Clock = {
      ...realClock,
      pause(_durationMs, signal) {
        stop.abort(new Error("enough"));
        return realClock.pause(60_000, signal);
      },
    };
    const { thrown } = await hear(hanging, { signal: stop.signal, clock });
    assert.ok(thrown instanceof StatusError && thrown.code === status.CANCELLED, moment);
    assert.equal((thrown.cause as Error).message, "enough");
    assert.deepEqual(asked, [1n]);
  }
});
