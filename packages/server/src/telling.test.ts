import assert from "node:assert/strict";
import { test } from "node:test";
import { crc32 } from "node:zlib";
import { status } from "@grpc/grpc-js";
import type { TellRequest } from "@hey/proto/v1";
import { telling } from "./telling.ts";

const names: string[] = [];
const replica = { name: "r1", version: "v1", zone: "a" };

async function tell(requests: readonly TellRequest[]) {
  let now = 0n;
  async function* arriving() {
    yield* requests;
  }
  return await telling(arriving(), { replica, nowNs: () => ++now, named: (id) => void names.push(id) });
}

test("the summary has the count and the checksum of the texts in order", async () => {
  const texts = ["Hey", "", "how — is it going?"];
  const summary = await tell(texts.map((msg, index) => ({ id: "t1", sequence: BigInt(index + 1), msg })));
  assert.deepEqual(summary, {
    id: "t1",
    count: 3n,
    checksum: crc32(Buffer.from(texts.join(""), "utf8")),
    replica,
    receivedAtNs: 1n,
    answeredAtNs: 2n,
  });
});

test("the name of what is told is told once", async () => {
  names.length = 0;
  await tell([1n, 2n].map((sequence) => ({ id: "t9", sequence, msg: "" })));
  assert.deepEqual(names, ["t9"]);
});

test("the checksum is the published CRC-32", async () => {
  assert.equal((await tell([{ id: "t1", sequence: 1n, msg: "123456789" }])).checksum, 0xcbf43926);
});

test("nothing told: a summary of nothing", async () => {
  assert.deepEqual(await tell([]), { id: "", count: 0n, checksum: 0, replica, receivedAtNs: 0n, answeredAtNs: 1n });
});

const first = { id: "t1", sequence: 1n, msg: "a" };
for (const [what, requests, code, message] of [
  [
    "a missing message",
    [first, { ...first, sequence: 3n }],
    status.OUT_OF_RANGE,
    "sequence: expected at most 2, came 3",
  ],
  [
    "a first message that is not 1",
    [{ ...first, sequence: 2n }],
    status.OUT_OF_RANGE,
    "sequence: expected at most 1, came 2",
  ],
  ["a message twice", [first, first], status.INVALID_ARGUMENT, "sequence: expected 2, came 1"],
  ["no id", [{ ...first, id: "" }], status.INVALID_ARGUMENT, "id: expected 1 to 128 characters, came none"],
  [
    "another id on the way",
    [first, { ...first, id: "t2", sequence: 2n }],
    status.INVALID_ARGUMENT,
    `id: expected the first message's "t1", came "t2"`,
  ],
] as const) {
  test(`Tell refuses ${what}`, async () => {
    await assert.rejects(tell(requests), { code, message });
  });
}
