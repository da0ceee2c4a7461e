import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { Readable } from "node:stream";
import { test } from "node:test";
import type { DescExtension, DescField, FileRegistry } from "@bufbuild/protobuf";
import { descriptorSet } from "@hey/proto/descriptors";
import { ProgramError } from "@hey/runtime";
import { filesOfSet, registryOf } from "../call/descriptors.ts";
import { createInputs } from "../inputs.ts";
import { readProtos } from "./read-protos.ts";

const ownProtos = new URL(import.meta.resolve("@hey/proto/v1")).pathname.replace("src/v1.ts", "proto");

/** A folder with files in it, for as long as a test needs it. */
function withFiles(files: Readonly<Record<string, string>>) {
  const folder = mkdtempSync(join(tmpdir(), "read-protos-"));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return { folder, [Symbol.dispose]: () => rmSync(folder, { recursive: true }) };
}

async function registryFrom(paths: readonly string[], importPaths: readonly string[] = []) {
  return registryOf(await readProtos(paths, importPaths, createInputs(Readable.from([]))), "--proto");
}

/** What calls depend on, of each message, enum and service of a registry. */
function essence(registry: FileRegistry): Readonly<Record<string, unknown>> {
  const all: [string, unknown][] = [];
  for (const type of registry) {
    if (type.kind === "message") all.push([type.typeName, type.fields.map(ofField)]);
    if (type.kind === "enum")
      all.push([type.typeName, [type.open, type.values.map(({ name, number }) => [name, number])]]);
    if (type.kind === "extension") all.push([type.typeName, [type.extendee.typeName, ofField(type)]]);
    if (type.kind === "service") {
      all.push([
        type.typeName,
        type.methods.map(({ name, methodKind, input, output }) => [name, methodKind, input.typeName, output.typeName]),
      ]);
    }
  }
  return Object.fromEntries(all);
}

function ofField(field: DescField | DescExtension) {
  const { name, number, jsonName, fieldKind, presence, scalar, message, enum: enumeration, oneof } = field;
  const said = field as unknown as Record<"packed" | "delimitedEncoding" | "listKind" | "mapKey", unknown>;
  const { getDefaultValue: ofDefault } = field as unknown as { getDefaultValue?(): unknown };
  const { packed, delimitedEncoding, listKind, mapKey } = said;
  return {
    ...{ name, number, jsonName, fieldKind, presence, scalar, packed, delimitedEncoding, listKind, mapKey },
    ...{ message: message?.typeName, enum: enumeration?.typeName, oneof: oneof?.name },
    default: ofDefault === undefined ? "" : String(ofDefault.call(field)),
  };
}

test("the contracts of this project are read as the compiler reads them", async () => {
  const compiled = essence(registryOf(filesOfSet(descriptorSet(), "the contracts"), "the contracts"));
  const read = essence(await registryFrom([join(ownProtos, "heyhow/v1/heyhow.proto")], [ownProtos]));
  assert.ok(Object.keys(read).includes("heyhow.v1.HeyHowService"));
  for (const [name, type] of Object.entries(read)) {
    if (name in compiled || !name.startsWith("google.protobuf.")) assert.deepEqual(type, compiled[name], name);
  }
});

const zoo = {
  "zoo/three.proto": `syntax = "proto3";
package zoo.three;
import "google/protobuf/timestamp.proto";
import "google/protobuf/any.proto";
import public "zoo/two.proto";
// A message with { braces and "quotes in its comment.
message Outer {
  message Inner { enum Kind { KIND_UNKNOWN = 0; KIND_ONE = 1; } Kind kind = 1; Outer within = 2; }
  enum Alias { option allow_alias = true; A = 0; B = 0; C = -3; }
  optional string may_be = 1;
  oneof choice { Inner inner = 2; int64 number = 3 [jstype = JS_STRING]; }
  map<string, Inner.Kind> kinds_by_name = 4;
  map<fixed64, .zoo.two.Old> old = 5;
  repeated sint32 packed_ones = 6;
  repeated sint32 loose_ones = 7 [packed = false];
  google.protobuf.Timestamp at = 8;
  optional bytes raw_2d = 9 [json_name = "RAW"];
  oneof other { bool yes = 10; google.protobuf.Any any = 11; }
  Alias alias = 12;
  reserved 20 to 30, 40;
  reserved "gone";
}
service Zoo {
  rpc One(Outer) returns (two.Old);
  rpc Down(Outer.Inner) returns (stream Outer) { option idempotency_level = NO_SIDE_EFFECTS; }
  rpc Up(stream Outer) returns (google.protobuf.Timestamp);
  rpc Both(stream .zoo.three.Outer) returns (stream Outer) {}
}
`,
  "zoo/two.proto": `syntax = "proto2";
package zoo.two;
message Old {
  required string name = 1 [default = "some \\"name\\""];
  optional int32 count = 2 [default = -7];
  optional Colour colour = 3 [default = BLUE];
  repeated group Part = 4 { optional string label = 1; }
  repeated int32 numbers = 5 [packed = true];
  optional double ratio = 6 [default = 0.5];
  extensions 100 to 199;
  enum Colour { RED = 1; BLUE = 2; }
}
extend Old { optional string nick_name = 100; }
`,
  "zoo/edition.proto": `edition = "2023";
package zoo.edition;
option features.field_presence = IMPLICIT;
import "zoo/three.proto";
message New {
  string plain = 1;
  string kept = 2 [features.field_presence = EXPLICIT];
  three.Outer whole = 3 [features.message_encoding = DELIMITED];
  repeated int32 loose = 4 [features.repeated_field_encoding = EXPANDED];
  Closed closed = 5 [features.field_presence = EXPLICIT];
  enum Closed { option features.enum_type = CLOSED; FIRST = 1; }
}
`,
};

test("proto2, proto3 and editions are read as buf reads them", async () => {
  using files = withFiles({ ...zoo, "buf.yaml": "version: v2\n" });
  const buf = new URL("../../../../node_modules/.bin/buf", import.meta.url).pathname;
  const set = execFileSync(buf, ["build", "-o", "-#format=binpb"], { cwd: files.folder });
  const compiled = essence(registryOf(filesOfSet(set, "buf"), "buf"));
  const paths = ["zoo/edition.proto", "zoo/two.proto"].map((name) => join(files.folder, name));
  const read = essence(await registryFrom(paths, [files.folder]));
  for (const [name, type] of Object.entries(compiled)) assert.deepEqual(read[name], type, name);
  assert.deepEqual(
    Object.keys(read).filter((name) => !(name in compiled)),
    [],
  );
});

/** What reading a folder's first file says is wrong. */
async function problemOf(files: Readonly<Record<string, string>>, ...importPaths: readonly string[]): Promise<string> {
  using made = withFiles(files);
  const [first = ""] = Object.keys(files);
  const inFolder = importPaths.map((path) => join(made.folder, path));
  try {
    await readProtos([join(made.folder, first)], inFolder, createInputs(Readable.from([])));
    assert.fail("expected a problem");
  } catch (error) {
    if (!(error instanceof ProgramError)) throw error;
    assert.equal(error.exitCode, 2);
    return error.message.replaceAll(`${made.folder}/`, "").replaceAll(made.folder, "FOLDER");
  }
}

const head = 'syntax = "proto3";\npackage a;\n';

for (const [what, text, expected] of [
  [
    "a semicolon that is missing",
    `${head}message M {\n  string a = 1\n  string b = 2;\n}\n`,
    'a.proto:5:3: expected ;, got "string"',
  ],
  ["a word that is no statement", `${head}mesage M {}\n`, 'a.proto:3:1: expected a statement, got "mesage"'],
  [
    "a brace that is missing",
    `${head}message M {\n  string a = 1;\n`,
    "a.proto:5:1: expected more, got the end of the file",
  ],
  ["a number that is none", `${head}message M {\n  string a = one;\n}\n`, 'a.proto:4:14: expected a number, got "one"'],
  [
    "a syntax that is none",
    'syntax = "proto4";\n',
    'a.proto:1:11: expected one of proto2, proto3, 2023, 2024, got "proto4"',
  ],
  [
    "a name given twice",
    `${head}message M {\n  string a = 1;\n  int32 a = 2;\n}\n`,
    "a.proto:5:9: duplicate name 'a' in Type M",
  ],
  [
    "a type that is nowhere",
    `${head}message Mine {\n  Mien a = 1;\n}\n`,
    "a.proto:4:3: there is no type Mien, which a has; did you mean Mine?",
  ],
  [
    "a group in a oneof",
    'syntax = "proto2";\nmessage M {\n  oneof choice {\n    int32 a = 1;\n    group B = 2 { optional int32 c = 3; }\n  }\n}\n',
    "a.proto:5:5: a group in a oneof cannot be read here; expected the same as --protoset, which protoc or buf build writes",
  ],
  [
    "a method's type that is nowhere",
    `${head}message M {}\nservice S {\n  rpc Do(M) returns (Nothing);\n}\n`,
    "a.proto:5:22: there is no type Nothing, which Do has; is a file with it imported?",
  ],
] as const) {
  test(`${what} is told with file, line and column`, async () => {
    assert.equal(await problemOf({ "a.proto": text }), `--proto: ${expected}`);
  });
}

test("a problem in an imported file names that file", async () => {
  const problem = await problemOf({ "a.proto": `${head}import "b.proto";\n`, "b.proto": "syntax = 3;\n" });
  assert.match(problem, /^--proto: b\.proto:1:\d+: expected /);
});

test("an import that is missing names the folders that were searched, and what to do", async () => {
  const problem = await problemOf({ "in/a.proto": `${head}\nimport "other/b.proto";\n`, "lib/x.proto": "" }, "lib");
  assert.equal(
    problem,
    "--proto: in/a.proto:4:8: cannot find other/b.proto; looked in lib, in, the working directory: name the folder that it is in by --import-path",
  );
});

test("files that import each other in a circle are told", async () => {
  const problem = await problemOf({ "a.proto": 'import "b.proto";\n', "b.proto": 'import "a.proto";\n' });
  assert.equal(problem, "--proto: b.proto:1:8: a.proto imports b.proto imports a.proto: a circle");
});

test("a type that two files declare is told", async () => {
  const problem = await problemOf({
    "a.proto": `${head}import "b.proto";\nmessage M {}\n`,
    "b.proto": `${head}message M {}\n`,
  });
  assert.equal(problem, "--proto: b.proto:3:9: a.M is declared twice; another file that is read has it too");
});

test("a file that cannot be read is told", async () => {
  await assert.rejects(
    readProtos(["/nowhere/a.proto"], [], createInputs(Readable.from([]))),
    /^ProgramError: --proto: cannot read \/nowhere\/a\.proto: ENOENT/,
  );
});
