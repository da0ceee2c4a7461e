import assert from "node:assert/strict";
import { test } from "node:test";
import { fromBinary } from "@bufbuild/protobuf";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { descriptorSet } from "@hey/proto/descriptors";

test("the descriptor set holds every import of every file it holds", () => {
  const { file } = fromBinary(FileDescriptorSetSchema, descriptorSet());
  const names = new Set(file.map(({ name }) => name));
  const missing = file.flatMap(({ dependency }) => dependency).filter((dependency) => !names.has(dependency));
  assert.deepEqual(missing, []);
  assert.ok(names.has("heyhow/v1/heyhow.proto"));
  assert.ok(names.has("google/protobuf/any.proto"));
});

test("the descriptor set carries the comments, which describe shows", () => {
  const { file } = fromBinary(FileDescriptorSetSchema, descriptorSet());
  const contract = file.find(({ name }) => name === "heyhow/v1/heyhow.proto");
  assert.ok(
    contract?.sourceCodeInfo?.location.some(({ leadingComments }) => leadingComments?.includes("counts one on")),
  );
});
