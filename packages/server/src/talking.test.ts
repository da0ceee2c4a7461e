import assert from "node:assert/strict";
import { test } from "node:test";
import { status } from "@grpc/grpc-js";
import { TalkRequest } from "@hey/proto/v1";
import { talking } from "./talking.ts";

const names: string[] = [];
const replica = { name: "r1", version: "v1", zone: "a" };

function talk(requests: readonly TalkRequest[]) {
  let now = 0n;
  async function* arriving() {
    yield* requests;
  }
  return Array.fromAsync(talking(arriving(), { replica, nowNs: () => ++now, named: (id) => void names.push(id) }));
}

function turn(sequence: bigint, more: Partial<TalkRequest> = {}): TalkRequest {
  return TalkRequest.fromPartial({ conversationId: "c1", sequence, lastSequence: 4n, ...more });
}

test("each message is answered by its number, the last one as the last", async () => {
  const answers = await talk([turn(3n), turn(4n)]);
  assert.deepEqual(answers, [
    { sequence: 3n, msg: "Let's go", replica, receivedAtNs: 1n, answeredAtNs: 2n, last: false },
    { sequence: 4n, msg: "Let's go", replica, receivedAtNs: 3n, answeredAtNs: 4n, last: true },
  ]);
});

test("the conversation's name is told once", async () => {
  names.length = 0;
  await talk([turn(3n), turn(4n)]);
  assert.deepEqual(names, ["c1"]);
});

test("the conversation is over with its last message, whatever would come after", async () => {
  assert.equal((await talk([turn(4n), turn(5n)])).length, 1);
});

test("a conversation without an end has no last answer", async () => {
  const answers = await talk([turn(7n, { lastSequence: 0n }), turn(8n, { lastSequence: 0n })]);
  assert.deepEqual(
    answers.map(({ last }) => last),
    [false, false],
  );
});

for (const [what, requests, code, message] of [
  ["a first message 0", [turn(0n)], status.INVALID_ARGUMENT, "sequence: expected 1 or more, came 0"],
  ["a message past the end", [turn(5n)], status.OUT_OF_RANGE, "sequence: expected at most 4, came 5"],
  ["a missing message", [turn(1n), turn(3n)], status.OUT_OF_RANGE, "sequence: expected at most 2, came 3"],
  ["a message twice", [turn(1n), turn(1n)], status.INVALID_ARGUMENT, "sequence: expected 2, came 1"],
  [
    "no name",
    [turn(1n, { conversationId: "" })],
    status.INVALID_ARGUMENT,
    "conversation_id: expected 1 to 128 characters, came none",
  ],
  [
    "another conversation and another end on the way",
    [turn(1n), turn(2n, { conversationId: "c2", lastSequence: 9n })],
    status.INVALID_ARGUMENT,
    `conversation_id: expected the first message's "c1", came "c2"; last_sequence: expected the first message's "4", came "9"`,
  ],
] as const) {
  test(`Talk refuses ${what}`, async () => {
    await assert.rejects(talk(requests), { code, message });
  });
}
