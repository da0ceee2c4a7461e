import assert from "node:assert/strict";
import { test } from "node:test";
import { status } from "@grpc/grpc-js";
import { ListenRequest } from "@hey/proto/v1";
import { checkListen, listening } from "./listening.ts";

const replica = { name: "r1", version: "v1", zone: "a" };

function speaker() {
  const pauses: bigint[] = [];
  const names: string[] = [];
  let now = 0n;
  return {
    pauses,
    names,
    named: (id: string) => void names.push(id),
    replica,
    nowNs: () => ++now,
    pause: async (ns: bigint) => void pauses.push(ns),
  };
}

function request(wanted: Parameters<typeof ListenRequest.fromPartial>[0]): ListenRequest {
  return ListenRequest.fromPartial({ conversationId: "c1", ...wanted });
}

for (const [what, wanted, expected] of [
  ["from the first to the last", { fromSequence: 1n, lastSequence: 3n }, [1n, 2n, 3n]],
  ["from 0, which is taken as 1", { fromSequence: 0n, lastSequence: 2n }, [1n, 2n]],
  ["from the middle", { fromSequence: 3n, lastSequence: 4n }, [3n, 4n]],
  ["from the last", { fromSequence: 4n, lastSequence: 4n }, [4n]],
  ["from one past the last: nothing is left", { fromSequence: 5n, lastSequence: 4n }, []],
  ["at the end of 64 bits", { fromSequence: 2n ** 64n - 2n }, [2n ** 64n - 2n, 2n ** 64n - 1n]],
] as const) {
  test(`Listen ${what}`, async () => {
    const messages = await Array.fromAsync(listening(request(wanted), speaker()));
    assert.deepEqual(
      messages.map(({ sequence }) => sequence),
      expected,
    );
    assert.deepEqual(
      messages.map(({ last }) => last),
      expected.map((_, index) => index === expected.length - 1),
      "the last message, and only that, says so",
    );
  });
}

test("every message says who sent it and when, and carries the filling", async () => {
  const messages = await Array.fromAsync(listening(request({ lastSequence: 2n, paddingBytes: 5 }), speaker()));
  assert.deepEqual(messages, [
    { sequence: 1n, msg: "Let's go", replica, sentAtNs: 1n, last: false, padding: Buffer.alloc(5) },
    { sequence: 2n, msg: "Let's go", replica, sentAtNs: 2n, last: true, padding: Buffer.alloc(5) },
  ]);
});

test("the interval is between messages: none before the first", async () => {
  const slow = speaker();
  await Array.fromAsync(listening(request({ lastSequence: 3n, intervalNs: 7n }), slow));
  assert.deepEqual(slow.pauses, [7n, 7n]);
});

test("the conversation's name is told once it is known to be good", async () => {
  const good = speaker();
  await Array.fromAsync(listening(request({ lastSequence: 2n }), good));
  assert.deepEqual(good.names, ["c1"]);
  const bad = speaker();
  await assert.rejects(Array.fromAsync(listening(request({ conversationId: "x".repeat(129) }), bad)));
  assert.deepEqual(bad.names, []);
});

test("a conversation without an end goes on as long as it is asked", async () => {
  let seen = 0n;
  for await (const { sequence, last } of listening(request({}), speaker())) {
    assert.equal(last, false);
    seen = sequence;
    if (sequence === 1_000n) break;
  }
  assert.equal(seen, 1_000n);
});

test("a sequence number from the future is out of range, and says which would do", () => {
  assert.throws(() => checkListen(request({ fromSequence: 6n, lastSequence: 4n })), {
    code: status.OUT_OF_RANGE,
    message: "from_sequence: expected at most 5, came 6",
    details: [
      {
        kind: "errorInfo",
        reason: "SEQUENCE_AHEAD",
        domain: "heyhow",
        metadata: { field: "from_sequence", expected: "5", came: "6" },
      },
    ],
  });
});

test("every wrong field is named", () => {
  const wrong = { conversationId: "x".repeat(129), intervalNs: -1n, paddingBytes: 65_537 };
  assert.throws(() => checkListen(ListenRequest.fromPartial(wrong)), {
    code: status.INVALID_ARGUMENT,
    details: [
      {
        kind: "badRequest",
        violations: [
          { field: "conversation_id", description: "expected 1 to 128 characters, came 129" },
          { field: "interval_ns", description: "expected 0 to 60000000000 ns, came -1" },
          { field: "padding_bytes", description: "expected 0 to 65536 bytes, came 65537" },
        ],
      },
    ],
  });
});

test("a conversation without a name is refused", () => {
  assert.throws(() => checkListen(ListenRequest.fromPartial({})), {
    message: "conversation_id: expected 1 to 128 characters, came none",
  });
});
