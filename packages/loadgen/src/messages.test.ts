import assert from "node:assert/strict";
import { test } from "node:test";
import { LetsGo } from "@hey/proto/tutorial";
import { ListenResponse, SayRequest, SayResponse } from "@hey/proto/v1";
import { loadMethod } from "./contract.ts";
import { createMessages, readName } from "./messages.ts";

const builtIn = { protosets: [], reflect: () => assert.fail("nobody is to be asked") };
const say = await loadMethod("heyhow.v1.HeyHowService/Say", builtIn);
const tell = await loadMethod("heyhow.v1.HeyHowService/Tell", builtIn);

function made(source: ReturnType<typeof createMessages>, slot: number, index = 0): Uint8Array {
  const length = source.make(slot, index);
  return source.bytes.slice(0, length);
}

test("JSON becomes the bytes of the message, 64-bit numbers as text or number", () => {
  const source = createMessages(say, '{"count":"9007199254740993","msg":"hey","workNs":5}', "-d");
  const { count, msg, workNs } = SayRequest.decode(made(source, 0));
  assert.deepEqual({ count, msg, workNs }, { count: 9007199254740993n, msg: "hey", workNs: 5n });
});

test("a list of messages is sent in turn", () => {
  const source = createMessages(say, '[{"count":1},{"count":2},{"count":3}]', "-d");
  assert.equal(source.perCall, 1);
  assert.deepEqual(
    [0, 1, 2, 3, 1_000_001].map((slot) => SayRequest.decode(made(source, slot)).count),
    [1n, 2n, 3n, 1n, 3n],
  );
});

test("to a method that takes a stream all of the list is sent in each call", () => {
  const source = createMessages(tell, '[{"sequence":1},{"sequence":2}]', "-d");
  assert.equal(source.perCall, 2);
  assert.deepEqual(made(source, 7, 0), Uint8Array.of(16, 1));
  assert.deepEqual(made(source, 7, 1), Uint8Array.of(16, 2));
});

for (const [json, words] of [
  ["{count:1}", /--data: expected JSON/],
  ["[]", /--data: expected a message or a list of messages; got \[\]/],
  ['{"cuont":1}', /--data: expected a heyhow\.v1\.SayRequest: .*cuont/],
  ['{"count":"many"}', /--data: expected a heyhow\.v1\.SayRequest: .*count.*many/],
  ['{"hops":-1}', /hops/],
  ['[{"count":1},{"msg":2}]', /--data, message 2: expected a heyhow\.v1\.SayRequest: .*msg/],
  ["7", /expected a heyhow\.v1\.SayRequest/],
] as const) {
  test(`data ${json} is told what was expected and what came`, () => {
    assert.throws(() => createMessages(say, json, "--data"), { message: words, exitCode: 2 });
  });
}

test("an answer's name is read from the field that holds it", async () => {
  const fields = ["replica.name", "anything"];
  const replica = { name: "r-1", version: "v1", zone: "a" };
  assert.equal(readName(say, SayResponse.encode(SayResponse.fromPartial({ replica })).finish(), fields), "r-1");
  const listen = await loadMethod("heyhow.v1.HeyHowService/Listen", builtIn);
  assert.equal(
    readName(listen, ListenResponse.encode(ListenResponse.fromPartial({ replica })).finish(), fields),
    "r-1",
  );
  const heyhow = await loadMethod("HeyHowService/heyhow", builtIn);
  const bytes = LetsGo.encode(LetsGo.fromPartial({ anything: "r-2" })).finish();
  assert.equal(readName(heyhow, bytes, fields), "r-2");
  assert.equal(readName(say, SayResponse.encode(SayResponse.fromPartial({})).finish(), fields), undefined);
  assert.equal(readName(say, Uint8Array.of(0xff), fields), undefined);
});
