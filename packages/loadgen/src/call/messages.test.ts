import assert from "node:assert/strict";
import { Readable } from "node:stream";
import { test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { LetsGo } from "@hey/proto/tutorial";
import { ListenResponse, SayRequest, SayResponse, TellRequest } from "@hey/proto/v1";
import { createInputs } from "../inputs.ts";
import { loadMethod } from "./contract.ts";
import { createMessages, readName } from "./messages.ts";

const builtIn = {
  inputs: createInputs(Readable.from([])),
  files: { protosets: [], protos: [], importPaths: [] },
  reflect: () => assert.fail("nobody is to be asked"),
};
const say = await loadMethod("heyhow.v1.HeyHowService/Say", builtIn);
const tell = await loadMethod("heyhow.v1.HeyHowService/Tell", builtIn);

const given = { format: "json", source: "--data", order: "turn", seed: 1, slice: { index: 0, count: 1 } } as const;

const of = (method: typeof say, text: string, seed = 1) =>
  createMessages(method, { ...given, data: Buffer.from(text), seed });

/** Bytes that are held: collected first. */
function heldBytes(): number {
  setFlagsFromString("--expose-gc");
  runInNewContext("gc")();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

function made(source: ReturnType<typeof createMessages>, slot: number, index = 0): Uint8Array {
  const length = source.make(slot, index, 0);
  return source.bytes.slice(0, length);
}

test("JSON becomes the bytes of the message, 64-bit numbers as text or number", () => {
  const source = of(say, '{"count":"9007199254740993","msg":"hey","workNs":5}');
  const { count, msg, workNs } = SayRequest.decode(made(source, 0));
  assert.deepEqual({ count, msg, workNs }, { count: 9007199254740993n, msg: "hey", workNs: 5n });
});

test("T41: a template is compiled once: a thousand messages are made without parsing, and in the same bytes", (t) => {
  const parse = t.mock.method(JSON, "parse");
  const source = of(say, '{"count":"{{.RequestNumber}}","msg":"caller {{randomInt 1 9}}"}');
  const compiled = parse.mock.callCount();
  assert.ok(compiled > 0);
  const { bytes } = source;
  const counts = Array.from({ length: 1_000 }, (_, slot) => Number(SayRequest.decode(made(source, slot)).count));
  assert.equal(parse.mock.callCount(), compiled);
  assert.equal(source.bytes, bytes);
  assert.equal(new Set(counts).size, 1_000);
});

test("a list of messages is sent in turn", () => {
  const source = of(say, '[{"count":1},{"count":2},{"count":3}]');
  assert.equal(source.perCall, 1);
  assert.deepEqual(
    [0, 1, 2, 3, 1_000_001].map((slot) => SayRequest.decode(made(source, slot)).count),
    [1n, 2n, 3n, 1n, 3n],
  );
});

test("to a method that takes a stream all of the list is sent in each call", () => {
  const source = of(tell, '[{"sequence":1},{"sequence":2}]');
  assert.equal(source.perCall, 2);
  assert.deepEqual(made(source, 7, 0), Uint8Array.of(16, 1));
  assert.deepEqual(made(source, 7, 1), Uint8Array.of(16, 2));
});

for (const [json, words] of [
  ["{count:1}", /--data: expected JSON/],
  ["[]", /--data: expected a message or a list of messages; got \[\]/],
  [
    '{"cuont":1}',
    /--data: expected a heyhow\.v1\.SayRequest: \/cuont: heyhow.v1.SayRequest has no such field; did you mean count\? \(there are count, /,
  ],
  ['{"count":"many"}', /--data: expected a heyhow\.v1\.SayRequest: \/count: expected a whole number .*; got "many"$/],
  ['{"hops":-1}', /: \/hops: expected a whole number from 0 to 4294967295 \(uint32\); got -1$/],
  ['[{"count":1},{"msg":2}]', /--data, message 2: expected a heyhow\.v1\.SayRequest: \/msg: expected a text; got 2$/],
  ['{"count":{{.Requestnumber}}}', /--data: expected \{\{\.RequestNumber\}\}.*got \{\{\.Requestnumber\}\}/],
  ['{"count":{{.RequestNumber}', /expected \}\}/],
  ['{"msg":{{.RequestNumber}}}', /\/msg: expected a text; got 0/],
  ['{"count":"x{{.RequestNumber}}"}', /expected a heyhow\.v1\.SayRequest: .*count/],
  ['{"count":{{randomInt 5}}}', /expected \{\{randomInt MIN MAX\}\}/],
  ["7", /expected a heyhow\.v1\.SayRequest/],
] as const) {
  test(`data ${json} is told what was expected and what came`, () => {
    assert.throws(() => of(say, json), { message: words, exitCode: 2 });
  });
}

test("a template differs from call to call, in numbers and in texts", () => {
  const source = of(say, '{"count":{{.RequestNumber}},"msg":"call {{.RequestNumber}} {{ .MessageNumber }}","hops":2}');
  for (const slot of [0, 7, 300, 5_000_000_000]) {
    const { count, msg, hops } = SayRequest.decode(made(source, slot));
    assert.deepEqual({ count, msg, hops }, { count: BigInt(slot), msg: `call ${slot} 1`, hops: 2 });
  }
});

test("a text that is nothing but a number by template is a text, a number in quotes a number", () => {
  const source = of(say, '{"msg":"{{.RequestNumber}}","count":"{{.RequestNumber}}"}');
  const { count, msg } = SayRequest.decode(made(source, 12));
  assert.deepEqual({ count, msg }, { count: 12n, msg: "12" });
});

test("a template numbers the messages of a stream", () => {
  const source = of(tell, '[{"id":"a","sequence":"{{.MessageNumber}}"},{"id":"a","sequence":"{{.MessageNumber}}"}]');
  assert.deepEqual(
    [0, 1].map((index) => TellRequest.decode(made(source, 5, index)).sequence),
    [1n, 2n],
  );
});

test("a template works in nested messages, lists and every other type of field", () => {
  const method = { ...say, input: say.output };
  const name = "long ".repeat(40);
  const source = of(
    method,
    `{"replica":{"name":"${name}{{.RequestNumber}}"},"path":[{"replica":{"zone":"z{{.RequestNumber}}"},"remainingNs":"-{{.RequestNumber}}"}],"receivedAtNs":"-{{.RequestNumber}}"}`,
  );
  const { replica, path, receivedAtNs } = SayResponse.decode(made(source, 3));
  assert.equal(replica?.name, `${name}3`);
  assert.equal(path[0]?.replica?.zone, "z3");
  assert.equal(path[0]?.remainingNs, -3n);
  assert.equal(receivedAtNs, -3n);
});

test("what is random is repeated by its seed, and keeps to its limits", () => {
  const text = '{"count":{{randomInt 5 7}},"msg":"{{randomString 2 4}}"}';
  const first = Array.from(
    { length: 50 },
    (
      (source) => (_: unknown, slot: number) =>
        made(source, slot)
    )(of(say, text, 9)),
  );
  const again = Array.from(
    { length: 50 },
    (
      (source) => (_: unknown, slot: number) =>
        made(source, slot)
    )(of(say, text, 9)),
  );
  assert.deepEqual(first, again);
  const requests = first.map((bytes) => SayRequest.decode(bytes));
  assert.deepEqual([...new Set(requests.map(({ count }) => count))].sort(), [5n, 6n, 7n]);
  assert.ok(requests.every(({ msg }) => msg.length >= 2 && msg.length <= 4));
  assert.ok(new Set(requests.map(({ msg }) => msg)).size > 10);
});

test("ids and times are what they are called", () => {
  const { msg } = SayRequest.decode(made(of(say, '{"msg":"{{.UUID}} {{.Timestamp}}"}'), 0));
  assert.match(msg, /^[\da-f-]{36} \d{4}-\d\d-\d\dT.*Z$/);
  const { count } = SayRequest.decode(made(of(say, '{"count":{{.TimestampUnixMilli}}}'), 0));
  assert.ok(Math.abs(Number(count) - Date.now()) < 60_000);
});

test("braces that are JSON's own are left alone", () => {
  assert.throws(() => of(say, '{"replica":{"a":{}}}'), /replica/);
  assert.equal(SayRequest.decode(made(of(say, '{"msg":"{}}\\"{"}'), 0)).msg, '{}}"{');
});

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

test("lines of JSON are a message each, with templates, and empty lines are none", () => {
  const data = Buffer.from('{"count":1}\n\n{"count":{{.RequestNumber}}}\r\n');
  const source = createMessages(say, { ...given, data, format: "ndjson" });
  assert.deepEqual(
    [0, 1, 2, 3].map((slot) => SayRequest.decode(made(source, slot)).count),
    [1n, 1n, 1n, 3n],
  );
});

for (const [what, line, words] of [
  ["is no JSON", '{"count":', /^--data, line 3: expected JSON: Unexpected end of JSON input$/],
  [
    "has an unknown template",
    '{"count":{{.Count}}}',
    /^--data, line 3: expected \{\{\.RequestNumber\}\}, .*got \{\{\.Count\}\}$/,
  ],
  [
    "does not fit",
    '{"count":"one"}',
    /^--data, line 3: expected a heyhow\.v1\.SayRequest: \/count: expected .*got "one"$/,
  ],
] as const) {
  test(`a line that ${what} is named`, () => {
    const data = Buffer.from(`{"count":1}\n\n${line}\n`);
    assert.throws(() => createMessages(say, { ...given, data, format: "ndjson" }), { message: words, exitCode: 2 });
  });
}

test("lines without a message are told", () => {
  const data = Buffer.from("\n\r\n");
  assert.throws(() => createMessages(say, { ...given, data, format: "ndjson" }), /--data: expected .* got no line/);
});

for (const [what, line, mostBytes] of [
  ["messages that do not differ", (number: number) => `{"count":${number},"msg":"message ${number} of many"}`, 550],
  ["templates", (number: number) => `{"count":{{.RequestNumber}},"msg":"caller {{randomInt 1 9}} ${number}"}`, 1_400],
] as const) {
  test(`of many lines of ${what} each is parsed once, and no more is held than what it is compiled to`, (t) => {
    const count = 20_000;
    const data = Buffer.from(Array.from({ length: count }, (_, number) => line(number)).join("\n"));
    const parse = t.mock.method(JSON, "parse");
    const source = createMessages(say, { ...given, data, format: "ndjson" });
    assert.equal(parse.mock.callCount(), count);
    parse.mock.restore();
    const before = heldBytes();
    const other = createMessages(say, { ...given, data, format: "ndjson" });
    const each = (heldBytes() - before) / count;
    assert.ok(each < mostBytes, `${each} bytes for each`);
    assert.deepEqual(made(other, 7), made(source, 7));
  });
}

test("binary messages are sent as they are, several after their lengths", () => {
  const [one, two] = [3n, 300n].map((count) => Buffer.from(SayRequest.encode(SayRequest.create({ count })).finish()));
  if (one === undefined || two === undefined) assert.fail();
  assert.deepEqual(made(createMessages(say, { ...given, data: two, format: "binary" }), 0), new Uint8Array(two));
  const data = Buffer.concat([Uint8Array.of(one.length), one, Uint8Array.of(two.length), two]);
  const several = createMessages(say, { ...given, data, format: "delimited" });
  assert.deepEqual(
    [0, 1, 2].map((slot) => SayRequest.decode(made(several, slot)).count),
    [3n, 300n, 3n],
  );
  const cut = { ...given, data: data.subarray(0, -1), format: "delimited" } as const;
  assert.throws(() => createMessages(say, cut), /the last one is cut off/);
  const wrong = { ...given, data: Buffer.from("no message"), format: "binary" } as const;
  assert.throws(() => createMessages(say, wrong), /--data: expected a heyhow\.v1\.SayRequest in message 1: /);
});

test("at random every message has its share of the calls, and a seed repeats them", () => {
  const data = Buffer.from('[{"count":1},{"count":2},{"count":3},{"count":4}]');
  const draw = (seed: number) => {
    const source = createMessages(say, { ...given, data, order: "random", seed });
    return Array.from({ length: 4_000 }, (_, slot) => Number(SayRequest.decode(made(source, slot)).count));
  };
  const drawn = draw(1);
  for (const count of [1, 2, 3, 4]) {
    const times = drawn.filter((each) => each === count).length;
    // 4,000 draws of a quarter: 1,000, and beyond 866 and 1,134 once in a million.
    assert.ok(times > 866 && times < 1_134, `${count}: ${times}`);
  }
  assert.deepEqual(draw(1), drawn);
  assert.notDeepEqual(draw(2), drawn);
  const pairs = drawn.slice(1).filter((each, index) => each === drawn[index]).length;
  assert.ok(pairs > 866 && pairs < 1_134, `${pairs} times the same twice in a row`);
});
