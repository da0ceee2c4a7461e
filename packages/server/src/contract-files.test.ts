import assert from "node:assert/strict";
import { test } from "node:test";
import { create, createFileRegistry, fromBinary, toBinary } from "@bufbuild/protobuf";
import { type FileDescriptorProto, FileDescriptorProtoSchema, FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { descriptorSet } from "@hey/proto/descriptors";
import { readContractFiles } from "./contract-files.ts";

const files = readContractFiles(descriptorSet());

function names(found: readonly Buffer[] | undefined): string[] | undefined {
  return found?.map((bytes) => fromBinary(FileDescriptorProtoSchema, bytes).name);
}

function setOf(...file: FileDescriptorProto[]) {
  return readContractFiles(toBinary(FileDescriptorSetSchema, create(FileDescriptorSetSchema, { file })));
}

test("a file comes with all that it imports, and a pool can be built of it alone", () => {
  const found = files.byName("google/rpc/status.proto");
  assert.deepEqual(names(found), ["google/rpc/status.proto", "google/protobuf/any.proto"]);
  const file = found?.map((bytes) => fromBinary(FileDescriptorProtoSchema, bytes)) ?? [];
  const pool = createFileRegistry(create(FileDescriptorSetSchema, { file: file.reverse() }));
  assert.ok(pool.getMessage("google.rpc.Status"));
});

test("files are handed out byte for byte as they stand in the set", () => {
  const set = Buffer.from(descriptorSet());
  const { file } = fromBinary(FileDescriptorSetSchema, set);
  for (const { name } of file) {
    const [bytes] = files.byName(name) ?? [];
    assert.ok(bytes && set.includes(bytes), `${name} stands in the set`);
  }
});

for (const [symbol, file] of [
  ["heyhow.v1.HeyHowService", "heyhow/v1/heyhow.proto"],
  ["heyhow.v1.HeyHowService.Say", "heyhow/v1/heyhow.proto"],
  ["heyhow.v1.SayRequest", "heyhow/v1/heyhow.proto"],
  ["heyhow.v1.SayRequest.hops", "heyhow/v1/heyhow.proto"],
  ["HeyHowService", "tutorial/hey_how.proto"],
  ["HeyHowService.heyhow", "tutorial/hey_how.proto"],
  ["hey_how.HeyHowService", "tutorial/hey_how_package.proto"],
  ["google.rpc.BadRequest.FieldViolation", "google/rpc/error_details.proto"],
  ["grpc.health.v1.HealthCheckResponse.ServingStatus", "grpc/health/v1/health.proto"],
  ["grpc.health.v1.HealthCheckResponse.SERVING", "grpc/health/v1/health.proto"],
  ["grpc.reflection.v1.ServerReflectionRequest.message_request", "grpc/reflection/v1/reflection.proto"],
] as const) {
  test(`${symbol} is defined in ${file}`, () => {
    assert.equal(names(files.bySymbol(symbol))?.[0], file);
  });
}

test("what is not there is not found", () => {
  assert.equal(files.byName("no/such.proto"), undefined);
  assert.equal(files.bySymbol("heyhow.v1.Nobody"), undefined);
  assert.equal(files.byExtension("heyhow.v1.SayRequest", 100), undefined);
  assert.equal(files.extensionNumbers("heyhow.v1.Nobody"), undefined);
  assert.deepEqual(files.extensionNumbers("heyhow.v1.SayRequest"), []);
});

test("extensions are found by the message they extend, whichever file defines them", () => {
  const base = create(FileDescriptorProtoSchema, { name: "base.proto", package: "p", messageType: [{ name: "M" }] });
  const more = create(FileDescriptorProtoSchema, {
    name: "more.proto",
    package: "q",
    dependency: ["base.proto"],
    extension: [
      { name: "late", extendee: ".p.M", number: 120 },
      { name: "early", extendee: ".p.M", number: 101 },
    ],
    messageType: [{ name: "Inner", extension: [{ name: "nested", extendee: ".p.M", number: 110 }] }],
  });
  const set = setOf(base, more);
  assert.deepEqual(set.extensionNumbers("p.M"), [101, 110, 120]);
  assert.deepEqual(names(set.byExtension("p.M", 110)), ["more.proto", "base.proto"]);
  assert.deepEqual(names(set.bySymbol("q.Inner.nested")), ["more.proto", "base.proto"]);
});

test("files that import one another through two ways come once", () => {
  const leaf = create(FileDescriptorProtoSchema, { name: "leaf.proto" });
  const left = create(FileDescriptorProtoSchema, { name: "left.proto", dependency: ["leaf.proto"] });
  const right = create(FileDescriptorProtoSchema, { name: "right.proto", dependency: ["leaf.proto"] });
  const top = create(FileDescriptorProtoSchema, { name: "top.proto", dependency: ["left.proto", "right.proto"] });
  assert.deepEqual(names(setOf(leaf, left, right, top).byName("top.proto")), [
    "top.proto",
    "left.proto",
    "right.proto",
    "leaf.proto",
  ]);
});

test("a set that lacks an import says which", () => {
  const top = create(FileDescriptorProtoSchema, { name: "top.proto", dependency: ["gone.proto"] });
  assert.throws(() => setOf(top).byName("top.proto"), /lacks gone\.proto, which top\.proto needs/);
});
