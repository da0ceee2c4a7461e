import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { after, test } from "node:test";
import { fromBinary, toJson } from "@bufbuild/protobuf";
import { createInputs } from "../inputs.ts";
import { loadMethod } from "./contract.ts";
import { createMessages } from "./messages.ts";

const folder = mkdtempSync(join(tmpdir(), "compiled-message-"));
after(() => rmSync(folder, { recursive: true }));
writeFileSync(
  join(folder, "shop.proto"),
  `syntax = "proto2";
package shop;
import "google/protobuf/struct.proto";
import "google/protobuf/timestamp.proto";
import "google/protobuf/wrappers.proto";
message Old {
  required int32 id = 1;
  optional Inner inner = 2;
  repeated group Item = 3 { required string sku = 1; optional int32 count = 2; }
  repeated Inner more = 4;
  extensions 100 to 200;
}
message Inner { required string a = 1; optional string b = 2; }
extend Old { optional string ext_name = 100; }
message Odd {
  map<string, int32> stock = 1;
  map<int32, string> names = 2;
  optional google.protobuf.Struct struct = 3;
  optional google.protobuf.Timestamp at = 4;
  optional int32 i32 = 5;
  optional uint32 u32 = 6;
  optional uint64 u64 = 7;
  optional sint32 s32 = 8;
  optional int64 i64 = 9;
  repeated fixed64 f64s = 10;
  map<string, int64> longs = 11;
  optional google.protobuf.Int64Value wrapped = 12;
  optional double d = 13;
  optional Odd odd = 14;
}
service Shop { rpc Take(Old) returns (Odd); rpc Put(Odd) returns (Old); }
`,
);
const access = {
  inputs: createInputs(Readable.from([])),
  files: { protosets: [], protos: [join(folder, "shop.proto")], importPaths: [] },
  reflect: () => assert.fail("nobody is to be asked"),
};
const take = await loadMethod("shop.Shop/Take", access);
const put = await loadMethod("shop.Shop/Put", access);

/** What the messages of calls say, once they have been sent. */
function sent(method: typeof take, data: string, slots: readonly number[]) {
  const how = { format: "json", source: "--data", order: "turn", seed: 1, slice: { index: 0, count: 1 } } as const;
  const source = createMessages(method, { ...how, data: Buffer.from(data) });
  return slots.map((slot) => {
    const length = source.make(slot, 0, 0);
    const { input, registry } = method;
    return toJson(input, fromBinary(input, source.bytes.subarray(0, length)), { registry });
  });
}

for (const [data, expected] of [
  ['{"id":{{.RequestNumber}}}', { id: 7 }],
  ['{"id":1,"inner":{"a":"a{{.RequestNumber}}"}}', { id: 1, inner: { a: "a7" } }],
  ['{"id":1,"inner":{"a":"a","b":"{{.RequestNumber}}"}}', { id: 1, inner: { a: "a", b: "7" } }],
  [
    '{"id":1,"item":[{"sku":"s{{.RequestNumber}}","count":{{.RequestNumber}}}]}',
    { id: 1, item: [{ sku: "s7", count: 7 }] },
  ],
  ['{"id":1,"more":[{"a":"{{.RequestNumber}}"},{"a":"b"}]}', { id: 1, more: [{ a: "7" }, { a: "b" }] }],
  ['{"id":1,"[shop.ext_name]":"e{{.RequestNumber}}"}', { id: 1, "[shop.ext_name]": "e7" }],
] as const) {
  test(`a template works beside what is required, in groups and in extensions: ${data}`, () => {
    assert.deepEqual(sent(take, data, [7]), [expected]);
  });
}

for (const [data, expected] of [
  ['{"stock":{"k{{.RequestNumber}}":1}}', { stock: { k7: 1 } }],
  ['{"names":{"{{.RequestNumber}}":"x"}}', { names: { 7: "x" } }],
  ['{"struct":{"k{{.RequestNumber}}":{"n":{{.RequestNumber}}}}}', { struct: { k7: { n: 7 } } }],
] as const) {
  test(`a template works in keys: ${data}`, () => assert.deepEqual(sent(put, data, [7]), [expected]));
}

for (const [method, data, words] of [
  [take, '{"inner":{"a":"{{.RequestNumber}}"}}', /: \/id: shop\.Old requires it; there is none$/],
  [take, '{"id":1,"inner":{"b":"b"}}', /: \/inner\/a: shop\.Inner requires it; there is none$/],
  [take, '{"id":1,"more":[{"a":"a"},{}]}', /: \/more\/1\/a: shop\.Inner requires it; there is none$/],
  [put, '{"names":{"x":"y"}}', /: \/names\/x: expected a key that is a whole number from .*int32\)$/],
  [put, '{"i{{randomInt 32 32}}":1}', /: \/i\{\{…\}\}: a field's name cannot differ/],
  [put, '{"i32":{{randomInt 0 2147483648}}}', /: \/i32: expected a whole number from .*int32\); got 2147483648$/],
  [put, '{"u32":{{randomInt -1 5}}}', /: \/u32: expected a whole number from 0 .*; got -1$/],
  [put, '{"at":"2024-01-{{randomInt 10 32}}T00:00:00Z"}', /: \/at: expected a time .*; got "2024-01-32T00:00:00Z"$/],
] as const) {
  test(`what does not fit is told before the first call, by its place: ${data}`, () => {
    assert.throws(() => sent(method, data, [0]), { exitCode: 2, message: words });
  });
}

for (const [data, slot, words] of [
  ['{"i32":"214748364{{.RequestNumber}}"}', 8, /: \/i32: expected a whole number from .*int32\); got "2147483648"$/],
  ['{"u32":"-{{.RequestNumber}}"}', 1, /: \/u32: .*got "-1"$/],
  ['{"u64":"1844674407370955161{{.RequestNumber}}"}', 6, /: \/u64: .*got "18446744073709551616"$/],
  ['{"s32":"214748364{{.RequestNumber}}"}', 8, /: \/s32: .*got "2147483648"$/],
  ['{"at":"2024-01-1{{.RequestNumber}}T00:00:00Z"}', 10, /: \/at: expected a time .*; got "2024-01-110T/],
] as const) {
  test(`what fits no more in a later call is not made: ${data}`, () => {
    assert.equal(sent(put, data, [0]).length, 1);
    assert.throws(() => sent(put, data, [slot]), { name: "MessageMisfit", message: words });
  });
}

test("numbers up to the ends of their types are sent as they are", () => {
  const data =
    '{"i32":"-214748364{{.RequestNumber}}","u32":"429496729{{.RequestNumber}}","i64":"-922337203685477580{{.RequestNumber}}"}';
  assert.deepEqual(sent(put, data, [5]), [{ i32: -2147483645, u32: 4294967295, i64: "-9223372036854775805" }]);
});

const id = "123456789012345678";
for (const [data, expected] of [
  [`{"i64":${id}}`, { i64: id }],
  [
    `{"i64":-9223372036854775808,"u64":18446744073709551615}`,
    { i64: "-9223372036854775808", u64: "18446744073709551615" },
  ],
  [`{"f64s":[${id},1],"longs":{"a":${id}},"wrapped":${id}}`, { f64s: [id, "1"], longs: { a: id }, wrapped: id }],
  [`{"odd":{"i64":${id}},"i32":{{.RequestNumber}}}`, { odd: { i64: id }, i32: 7 }],
  [`{"d":${id},"struct":{"a":[${id}]}}`, { d: Number(id), struct: { a: [Number(id)] } }],
] as const) {
  test(`whole numbers beyond 2^53 are sent with all their digits where the field has room: ${data}`, () => {
    assert.deepEqual(sent(put, data, [7]), [expected]);
  });
}

test("whole numbers beyond a field's end are told as they were given", () => {
  assert.throws(() => sent(put, `{"i32":${id}}`, [0]), {
    message: /: \/i32: expected a whole number from .*; got 1234567890123456\d\d$/,
  });
  assert.throws(() => sent(put, '{"i64":9223372036854775808}', [0]), { message: /: \/i64: .*9223372036854775808"$/ });
});

test("a byte order mark before JSON is not part of it", () => {
  assert.deepEqual(sent(put, '\ufeff{"i32":5}', [0]), [{ i32: 5 }]);
});
