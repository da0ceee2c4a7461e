import assert from "node:assert/strict";
import { test } from "node:test";
import { create, toBinary } from "@bufbuild/protobuf";
import { FieldDescriptorProtoSchema, FileDescriptorProtoSchema, TimestampSchema } from "@bufbuild/protobuf/wkt";
import { matchField, numberField } from "./read-field.ts";

function readerOf(...given: Parameters<typeof matchField>) {
  const field = matchField(...given);
  assert.ok(typeof field === "object", String(field));
  return field.read;
}

for (const seconds of [0n, 1n, 127n, 128n, 300_000n, 2n ** 31n, 2n ** 53n - 1n, 2n ** 62n + 1n, -1n, -(2n ** 40n)]) {
  test(`a field is read from the bytes: ${seconds}`, () => {
    const bytes = toBinary(TimestampSchema, create(TimestampSchema, { seconds, nanos: 7 }));
    const around = Buffer.concat([Buffer.of(0xff), bytes, Buffer.of(0xff)]);
    const expected = Number.isSafeInteger(Number(seconds)) ? Number(seconds) : String(seconds);
    assert.equal(readerOf(TimestampSchema, "seconds")(around, 1, 1 + bytes.length), expected);
    assert.equal(readerOf(TimestampSchema, "nanos")(around, 1, 1 + bytes.length), 7);
  });
}

test("fields are read within messages, and texts compare as their bytes do", () => {
  const file = create(FieldDescriptorProtoSchema, { name: "größe", options: { deprecated: true } });
  const bytes = toBinary(FieldDescriptorProtoSchema, file);
  const name = readerOf(FieldDescriptorProtoSchema, "name")(bytes, 0, bytes.length);
  assert.equal(name, Buffer.from("größe").toString("latin1"));
  const nested = create(FileDescriptorProtoSchema, { name: "f", options: { javaPackage: "a.b" } });
  const whole = toBinary(FileDescriptorProtoSchema, nested);
  assert.equal(readerOf(FileDescriptorProtoSchema, "options.java_package")(whole, 0, whole.length), "a.b");
});

test("what is damaged ends in a value, not in a hang", () => {
  const read = readerOf(TimestampSchema, "seconds");
  for (const bytes of [[0x08], [0x0a, 0x7f], [0xff, 0xff, 0xff], [0x0b], [0x10, 0x80]]) {
    assert.ok(["number", "string"].includes(typeof read(Uint8Array.from(bytes), 0, bytes.length)));
  }
});

test("a path that leads nowhere, or to what is no number or text, says so", () => {
  assert.match(
    String(matchField(TimestampSchema, "second")),
    /expected a field of google.protobuf.Timestamp \(seconds, nanos\); got "second"/,
  );
  assert.match(
    String(matchField(TimestampSchema, "seconds.x")),
    /expected google.protobuf.Timestamp.seconds to be a message/,
  );
  assert.match(
    String(matchField(FileDescriptorProtoSchema, "dependency")),
    /expected .*dependency to be a whole number, a text or bytes/,
  );
});

test("the field that numbers messages is found by its name where both have it", () => {
  assert.equal(numberField(TimestampSchema, TimestampSchema), undefined);
  assert.equal(numberField(FieldDescriptorProtoSchema, FieldDescriptorProtoSchema), "number");
  assert.equal(numberField(FieldDescriptorProtoSchema, TimestampSchema), undefined);
});
