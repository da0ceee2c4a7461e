import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { status } from "@grpc/grpc-js";
import type { TalkRequest } from "@hey/proto/v1";
import { StatusError } from "@hey/rpc";
import type { CallEnd } from "./call-observer.ts";
import { openChannel } from "./channel.ts";
import { createHeyHow, type HeyHow, type HeyHowOptions } from "./hey-how.ts";
import { type Script, startReplica } from "./scripted-replica.ts";

async function withReplica<T>(
  script: Script,
  use: (heyHow: HeyHow) => Promise<T>,
  options?: HeyHowOptions,
): Promise<T> {
  await using replica = await startReplica(script);
  using channel = await openChannel({ target: replica.address });
  return await use(createHeyHow(channel, options));
}

async function* numbered(count: number) {
  for (let number = 1; number <= count; number++) yield `m${number}`;
}

test("a Talk sends the messages without an answer again, and no others", async () => {
  const arrived: string[] = [];
  let broke = false;
  const script: Script = {
    answers({ sequence, msg }: TalkRequest) {
      arrived.push(msg);
      // Two and three get no answer before the stream breaks at four.
      if (broke) return [sequence];
      if (sequence < 4n) return sequence === 1n ? [1n] : [];
      broke = true;
      throw new StatusError(status.UNAVAILABLE, "as the script says");
    },
  };
  const answers = await withReplica(script, ({ talk }) =>
    Array.fromAsync(talk({ conversationId: "c", lastSequence: 6n, messages: numbered(6), window: 4 })),
  );
  assert.deepEqual(
    answers.map(({ sequence }) => sequence),
    [1n, 2n, 3n, 4n, 5n, 6n],
  );
  assert.deepEqual(
    arrived.filter((msg) => msg === "m1"),
    ["m1"],
  );
  assert.deepEqual(arrived.slice(4), ["m2", "m3", "m4", "m5", "m6"]);
});

test("a Talk keeps no more messages in flight than its window", async () => {
  let asked = 0;
  async function* messages() {
    for (;;) yield `m${++asked}`;
  }
  const arrived: bigint[] = [];
  const stop = new AbortController();
  const script: Script = {
    answers({ sequence }) {
      arrived.push(sequence);
      if (arrived.length === 3) void setTimeout(50).then(() => stop.abort());
      return [];
    },
  };
  await withReplica(script, async ({ talk }) => {
    const wish = { conversationId: "c", lastSequence: 0n, messages: messages(), window: 3 };
    await assert.rejects(Array.fromAsync(talk(wish, { signal: stop.signal })), { code: status.CANCELLED });
  });
  assert.deepEqual(arrived, [1n, 2n, 3n]);
  assert.equal(asked, 3);
});

test("a Talk whose messages end before its last number ends with their answers", async () => {
  const answers = await withReplica({}, ({ talk }) =>
    Array.fromAsync(talk({ conversationId: "c", lastSequence: 100n, messages: numbered(3) })),
  );
  assert.deepEqual(
    answers.map(({ sequence, last }) => [sequence, last]),
    [
      [1n, false],
      [2n, false],
      [3n, false],
    ],
  );
});

test("what a Talk's messages throw is the Talk's own error, even if it looks like a break", async () => {
  const thrown = new StatusError(status.UNAVAILABLE, "the source's own trouble");
  async function* messages() {
    yield "first";
    throw thrown;
  }
  await withReplica({}, async ({ talk }) => {
    const talking = talk({ conversationId: "c", lastSequence: 0n, messages: messages() });
    await assert.rejects(Array.fromAsync(talking), thrown);
  });
});

test("leaving a Talk lets its messages go", async () => {
  const closed = Promise.withResolvers<void>();
  async function* messages() {
    try {
      yield* numbered(1_000);
    } finally {
      closed.resolve();
    }
  }
  await withReplica({}, async ({ talk }) => {
    for await (const _ of talk({ conversationId: "c", lastSequence: 0n, messages: messages() })) break;
    await closed.promise;
  });
});

test("a Tell's summary is checked against what was sent", async () => {
  const wish = { id: "whole", messages: ["hey", "grpc"] };
  for (const [wrong, words] of [
    [{ id: "other" }, /id "other" for "whole"/],
    [{ count: 3n }, /3 messages for 2/],
    [{ checksum: 1 }, /checksum 1 for \d+/],
  ] as const) {
    const script: Script = { tell: (summary) => ({ ...summary, ...wrong }) };
    await withReplica(script, async ({ tell }) => {
      await assert.rejects(tell(wish, { deadlineMs: 10_000 }), { code: status.DATA_LOSS, message: words });
    });
  }
  const { count } = await withReplica({}, ({ tell }) => tell({ id: "nothing", messages: [] }, { deadlineMs: 10_000 }));
  assert.equal(count, 0n);
});

test("a Tell that fails otherwise is not sent again, and one that keeps breaking is given up", async () => {
  let told = 0;
  const failing = (code: status): Script => ({
    tell() {
      told++;
      throw new StatusError(code, "as the script says");
    },
  });
  const wish = { id: "whole", messages: ["hey"] };
  const told1 = withReplica(failing(status.RESOURCE_EXHAUSTED), ({ tell }) => tell(wish, { deadlineMs: 10_000 }));
  await assert.rejects(told1, { code: status.RESOURCE_EXHAUSTED });
  assert.equal(told, 1);
  const given = withReplica(failing(status.UNAVAILABLE), ({ tell }) => tell(wish, { deadlineMs: 10_000 }), {
    fruitlessAttempts: 2,
  });
  await assert.rejects(given, { code: status.UNAVAILABLE });
  assert.equal(told, 4);
});

test("the observer sees every attempt begin and end once, with its code and address", async () => {
  const started: string[] = [];
  const ended: CallEnd[] = [];
  const observer = { started: (method: string) => started.push(method), ended: (end: CallEnd) => ended.push(end) };
  let broke = false;
  const script: Script = {
    async *listen({ fromSequence, lastSequence }, { signal }) {
      for (let sequence = fromSequence; sequence <= lastSequence; sequence++) yield sequence;
      if (!broke) {
        broke = true;
        throw new StatusError(status.UNAVAILABLE, "as the script says");
      }
      await once(signal, "abort");
    },
    say() {
      throw new StatusError(status.NOT_FOUND, "no");
    },
  };
  const use = async ({ listen, say }: HeyHow) => {
    const wish = { conversationId: "c", lastSequence: 0n };
    for await (const _ of listen({ ...wish, lastSequence: 2n })) {
      // Its last message has arrived: the break after it is its end.
    }
    const leaving = listen({ ...wish, lastSequence: 5n });
    await leaving.next();
    await leaving.return();
    await assert.rejects(say({}, { deadlineMs: 10_000 }), { code: status.NOT_FOUND });
  };
  await withReplica(script, use, { observer });
  assert.equal(started.length, 3);
  assert.deepEqual(
    ended.map(({ method, code }) => [method.split("/").at(-1), status[code]]),
    [
      ["Listen", "UNAVAILABLE"],
      ["Listen", "CANCELLED"],
      ["Say", "NOT_FOUND"],
    ],
  );
  for (const { peer, durationMs } of ended) {
    assert.match(peer ?? "", /^127\.0\.0\.1:\d+$/);
    assert.ok(durationMs >= 0);
  }
});
