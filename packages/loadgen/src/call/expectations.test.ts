import assert from "node:assert/strict";
import { test } from "node:test";
import { fromJson, type JsonValue, toBinary } from "@bufbuild/protobuf";
import { ProgramError } from "@hey/runtime";
import { toFileDescriptor } from "../proto-files/file-descriptor.ts";
import { parseProto } from "../proto-files/parse-proto.ts";
import { declaredTypes } from "../proto-files/type-names.ts";
import { statusNames } from "../report/status-names.ts";
import { registryOf } from "./descriptors.ts";
import { parseExpectation } from "./expectation.ts";
import { compileExpectations } from "./expectations.ts";

const proto = parseProto(`syntax = "proto3";
package shop;
message Answer {
  string msg = 1;
  int32 count = 2;
  uint64 big_number = 3;
  double ratio = 4;
  bool good = 5;
  Kind kind = 6;
  bytes raw = 7;
  Item best = 8;
  repeated Item items = 9;
  map<string, int64> stock = 10;
  optional string note = 11;
  oneof choice { string left = 12; int32 right = 13; }
  int32 messages = 14;
  repeated string tags = 15;
}
message Item { string name = 1; sint64 price = 2; Item part = 3; }
enum Kind { KIND_UNKNOWN = 0; KIND_ONE = 1; }
`);
if ("words" in proto) throw new Error(proto.words);
const file = toFileDescriptor("shop.proto", proto, new Map(declaredTypes(proto.root)));
const output = registryOf([file], "the test").getMessage("shop.Answer") ?? assert.fail();

const answer: JsonValue = {
  ...{ msg: 'Let\'s "go"', count: -3, bigNumber: "18446744073709551615", ratio: 0.5, kind: "KIND_ONE", raw: "AQI=" },
  best: { name: "tea", price: "-9007199254740993" },
  items: [{ name: "a" }, { name: "b", part: { name: "of b" } }],
  ...{ stock: { tea: "7", "green tea": "8" }, right: 0, messages: 4, tags: ["x"] },
};

function problem(expression: string, json: JsonValue = answer): string | undefined {
  return compileExpectations(output, [expression])?.ofMessage(toBinary(output, fromJson(output, json)));
}

for (const expression of [
  'msg == "Let\'s \\"go\\""',
  'msg != "other"',
  'msg =~ "^Let.s\\b"',
  "msg =~ go",
  'msg !~ "^go"',
  "count == -3",
  "count=-3",
  "count<0",
  "count >= -3",
  "big_number == 18446744073709551615",
  "bigNumber > 18446744073709551614",
  "ratio <= 0.5",
  "ratio > 4e-1",
  "good == false",
  "kind == KIND_ONE",
  "kind == 1",
  "kind != KIND_UNKNOWN",
  "raw == AQI=",
  ".messages == 4",
  "best.name == tea",
  "best.price < -9007199254740992",
  "best.part == null",
  "best.part.name == null",
  "best != null",
  "items.length == 2",
  'items[1].part.name == "of b"',
  "items[2].name == null",
  "tags[0] == x",
  "stock.length >= 2",
  "stock[tea] == 7",
  'stock["green tea"] == 8',
  "stock[coffee] == null",
  "note == null",
  "note != x",
  "left == null",
  "right == 0",
]) {
  test(`${expression} holds`, () => assert.equal(problem(expression), undefined));
}

for (const [expression, got] of [
  ['msg == "Let\'s"', '"Let\'s \\"go\\""'],
  ["msg =~ ^go", '"Let\'s \\"go\\""'],
  ["count > -3", "-3"],
  ["big_number == 18446744073709551614", "18446744073709551615"],
  ["best.price == -9007199254740992", "-9007199254740993"],
  ["good == true", "false"],
  ["kind == KIND_UNKNOWN", "1"],
  ["raw == AQ==", '"AQI="'.replaceAll('"', "")],
  ["items.length < 2", "2"],
  ["items[2].name == a", "nothing"],
  ["best.part.name == a", "nothing"],
  ["best == null", "something"],
  ["note == x", "nothing"],
  ["left =~ .", "nothing"],
] as const) {
  test(`${expression} does not hold, and what came is told`, () => {
    assert.equal(problem(expression), `expected ${expression}, got ${got}`);
  });
}

for (const [expression, words] of [
  ["mgs == x", /: shop\.Answer has no field mgs; did you mean msg\? \(it has msg, count, /],
  ["best.nam == x", /: shop\.Item has no field nam; did you mean name\?/],
  ["msg.x == y", /: msg has no fields; got \.x after it/],
  ["count == one", /: count is a whole number; got "one"/],
  ["count =~ 1", /: count is not a text: expected no =~/],
  ["msg < x", /: msg is a text: expected ==, !=, =~ or !~/],
  ["kind == KIND_TWO", /: kind is one of KIND_UNKNOWN, KIND_ONE; got KIND_TWO/],
  ["good == yes", /: good is true or false/],
  ["best == x", /: best is a shop\.Item: expected == null or != null, or a field of it/],
  ["items == 1", /: items is a list: expected/],
  ["items.name == a", /: items is a list or a map: expected items\[…\] or items\.length/],
  ["items[a].name == a", /: items is a list: expected a number from 0/],
  ["msg[0] == a", /: msg is neither a list nor a map/],
  ["count > null", /: count expected == or != before null/],
  ["messages == many", /: messages is a whole number/],
] as const) {
  test(`${expression} cannot be said, and the reason is`, () => {
    assert.throws(
      () => compileExpectations(output, [expression]),
      (error) => error instanceof ProgramError && error.exitCode === 2 && words.test(error.message),
    );
  });
}

for (const [expressions, accepted] of [
  [[], "OK"],
  [["msg == x"], "OK"],
  [["code == NOT_FOUND"], "NOT_FOUND"],
  [["code == OK"], "OK"],
  [['code =~ "OK|NOT_FOUND"'], "OK NOT_FOUND"],
  [["code =~ ^UN", "code =~ D$"], "UNIMPLEMENTED UNAUTHENTICATED"],
] as const) {
  test(`of the codes ${JSON.stringify(expressions)} accepts ${accepted}`, () => {
    const expectations = compileExpectations(output, expressions) ?? { accepts: (code: number) => code === 0 };
    assert.equal(statusNames.filter((_, code) => expectations.accepts(code)).join(" "), accepted);
  });
}

for (const [expressions, words] of [
  [
    ["code == NOT_FUND"],
    /: code is one of OK, .*; got NOT_FUND; did you mean NOT_FOUND\? \(a field of that name is \.code\)/,
  ],
  [["code == not_found"], /did you mean NOT_FOUND\?/],
  [["code == 5"], /: code is one of OK, CANCELLED, .*; got 5 \(a field of that name is \.code\)/],
  [['code =~ "^FOUND"'], /; got \^FOUND/],
  [["code != OK"], /: code is that of a status: expected == and its name, or =~/],
  [["code == null"], /: code is that of a status/],
  [
    ["code == OK", "code == NOT_FOUND"],
    /"code == NOT_FOUND": code cannot be all that is expected of it: expected one =~/,
  ],
] as const) {
  test(`${expressions.join(" and ")} cannot be said of a code, and the reason is`, () => {
    assert.throws(
      () => compileExpectations(output, expressions),
      (error) => error instanceof ProgramError && error.exitCode === 2 && words.test(error.message),
    );
  });
}

for (const [expression, words] of [
  ["", /^expected PATH OPERATOR VALUE, such as/],
  ["msg", /^expected PATH OPERATOR VALUE/],
  ["msg == ", /^expected a value that is one word/],
  ["== 5", /^expected PATH OPERATOR VALUE/],
  ["msg == two words", /^expected a value that is one word, or a text in double quotes/],
  ['msg == "open', /^expected a value that is one word/],
  ['msg =~ "("', /^expected a regular expression after =~/],
] as const) {
  test(`${JSON.stringify(expression)} is no expectation`, () => {
    const parsed = parseExpectation(expression);
    assert.match(typeof parsed === "string" ? parsed : assert.fail("it was read"), words);
  });
}

test("how many messages came is compared when the call has ended", () => {
  const expectations = compileExpectations(output, ["messages >= 2"]) ?? assert.fail();
  assert.equal(expectations.ofMessage(new Uint8Array([0xff])), undefined, "nothing is decoded for it");
  assert.equal(expectations.ofCount(2), undefined);
  assert.equal(expectations.ofCount(1), "expected messages >= 2, got 1");
});

test("an answer that is none of its type is not as expected", () => {
  const expectations = compileExpectations(output, ["msg == x"]) ?? assert.fail();
  assert.match(expectations.ofMessage(new Uint8Array([0xff])) ?? "", /^expected a shop\.Answer: /);
});

test("of several expectations each has to hold", () => {
  const expectations = compileExpectations(output, ["count < 0", "good == true"]) ?? assert.fail();
  const bytes = toBinary(output, fromJson(output, answer));
  assert.equal(expectations.ofMessage(bytes), "expected good == true, got false");
});
