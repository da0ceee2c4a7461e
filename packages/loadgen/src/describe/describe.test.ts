import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough, Readable } from "node:stream";
import { test } from "node:test";
import { fromJson } from "@bufbuild/protobuf";
import { descriptorSet } from "@hey/proto/descriptors";
import { createLogger, ProgramError, parseSettings } from "@hey/runtime";
import { filesOfSet, registryOf } from "../call/descriptors.ts";
import { describe } from "./describe.ts";
import { exampleOf } from "./example.ts";

const registry = registryOf(filesOfSet(descriptorSet(), "the contracts"), "the contracts");

/** Runs the command; what it printed, or the ProgramError's exit code and words. */
async function run(...args: readonly string[]): Promise<{ code: number; said: string }> {
  const stdout = new PassThrough();
  const chunks: Buffer[] = [];
  stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
  const logger = createLogger({ name: "test", level: "warn", destination: new PassThrough(), pretty: false });
  const io = {
    signal: new AbortController().signal,
    stdout,
    stderr: new PassThrough(),
    stdin: Readable.from([]),
    env: {},
    logger,
  };
  try {
    await describe.run(parseSettings(describe, args, {}), io);
    return { code: 0, said: Buffer.concat(chunks).toString() };
  } catch (error) {
    if (error instanceof ProgramError) return { code: error.exitCode, said: error.message };
    throw error;
  }
}

function withProtoset() {
  const folder = mkdtempSync(join(tmpdir(), "describe-"));
  const file = join(folder, "set.binpb");
  writeFileSync(file, descriptorSet());
  return { file, [Symbol.dispose]: () => rmSync(folder, { recursive: true }) };
}

test("the example of every message of the contracts is one that can be sent", () => {
  let messages = 0;
  for (const type of registry) {
    if (type.kind !== "message" || type.typeName.startsWith("google.protobuf.")) continue;
    assert.doesNotThrow(() => fromJson(type, exampleOf(type), { registry }), type.typeName);
    messages++;
  }
  assert.ok(messages > 50, `${messages}`);
});

test("of a oneof the example has the first field, and the others are named, in inner messages too", async () => {
  const folder = mkdtempSync(join(tmpdir(), "describe-"));
  const file = join(folder, "shop.proto");
  writeFileSync(
    file,
    `syntax = "proto3"; package shop;
    message Card { oneof by { string number = 1; string token_id = 2; } optional string note = 3; Order within = 4; }
    message Order { oneof payment { Card card = 1; bool cash = 2; } repeated Card tried = 3; }
    service Shop { rpc Buy(Order) returns (Card); }`,
  );
  const { said } = await run("--proto", file, "shop.Shop/Buy");
  rmSync(folder, { recursive: true });
  assert.match(said, /^An example of -d, with all of its fields, of each oneof the first:$/m);
  assert.match(
    said,
    /\n\nOf each oneof it takes one:\n {2}shop\.Order, payment: card or cash\n {2}shop\.Card, by: number or tokenId\n$/,
  );
});

test("an example has every field, numbers of 64 bits as text, and one of each oneof", () => {
  const say = registry.getMessage("heyhow.v1.SayRequest") ?? assert.fail();
  const example = exampleOf(say) as Record<string, unknown>;
  assert.deepEqual(
    Object.keys(example),
    say.fields.map(({ jsonName }) => jsonName),
  );
  assert.equal(example["count"], "1");
  const change = registry.getMessage("heyhow.mesh.v1.ChangeTrafficRequest") ?? assert.fail();
  assert.deepEqual(Object.keys(exampleOf(change) as object), ["split"]);
});

test("services with their methods and kinds, of all or of one", async () => {
  using set = withProtoset();
  const all = await run("--protoset", set.file, "localhost:1");
  assert.match(all.said, /^grpc\.health\.v1\.Health\n {2}Check +unary +grpc\.health\.v1\.HealthCheckRequest → /m);
  assert.match(all.said, /^ {2}Talk +both stream +heyhow\.v1\.TalkRequest → heyhow\.v1\.TalkResponse$/m);
  const one = await run("--protoset", set.file, "localhost:1", "heyhow.v1.HeyHowService");
  assert.match(one.said, /^heyhow\.v1\.HeyHowService\n/);
  assert.doesNotMatch(one.said, /grpc\.health/);
});

test("what a .proto file describes, without asking anybody", async () => {
  const folder = mkdtempSync(join(tmpdir(), "describe-"));
  const file = join(folder, "shop.proto");
  writeFileSync(
    file,
    'syntax = "proto3";\nmessage M { map<string, int32> stock = 1; }\nservice S { rpc Do(M) returns (stream M); }\n',
  );
  const { said } = await run("--proto", file, "localhost:1", "S/Do");
  const all = await run("--proto", file);
  const withoutTarget = await run("--proto", file, "S/Do");
  rmSync(folder, { recursive: true });
  assert.equal(all.said, "S\n  Do  server stream  M → M\n");
  assert.equal(withoutTarget.said, said);
  assert.throws(() => parseSettings(describe, [], {}), /TARGET: expected host:port/);
  assert.match(said, /^S\/Do {2}server stream\ntakes {4}M\n/);
  assert.match(said, /"stock": \{\n {4}"text": 1\n/);
});

test("a method with its types and an example; a mistyped one with the nearest names", async () => {
  using set = withProtoset();
  const { said } = await run("--protoset", set.file, "localhost:1", "HeyHowService/heyhow");
  assert.equal(
    said,
    `HeyHowService/heyhow  unary
takes    HeyHow
answers  LetsGo

An example of -d, with all of its fields:
{
  "count": 1,
  "msg": "text"
}
`,
  );
  const wrong = await run("--protoset", set.file, "localhost:1", "HeyHowService/heyhwo");
  assert.deepEqual([wrong.code, /has no method heyhwo; did you mean heyhow\?/.test(wrong.said)], [3, true]);
});
