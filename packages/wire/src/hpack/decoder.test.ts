import assert from "node:assert/strict";
import { test } from "node:test";
import { type HeaderBlock, HeaderDecoder } from "./decoder.ts";
import { staticTable } from "./static-table.ts";

function newDecoder(tableBytes: number, listLimitBytes: number) {
  return new HeaderDecoder(tableBytes, listLimitBytes, (block: HeaderBlock) => block);
}

function decode(decoder: HeaderDecoder<HeaderBlock>, hex: string) {
  const bytes = Buffer.from(hex, "hex");
  return decoder.decode(bytes, 0, bytes.length);
}

test("a block seen before is the same object as long as the table stands still", () => {
  const decoder = newDecoder(4096, 65_536);
  decode(decoder, "4003666f6f03626172");
  const once = decode(decoder, "88be");
  assert.equal(decode(decoder, "88be"), once);
  assert.deepEqual(once.fields[1], { name: "foo", value: "bar" });

  decode(decoder, "4003666f6f0362617a");
  const later = decode(decoder, "88be");
  assert.notEqual(later, once);
  assert.deepEqual(later.fields[1], { name: "foo", value: "baz" });
});

test("blocks that take each other's place in one buffer, as reads of a socket do, keep their own meaning", () => {
  const decoder = newDecoder(4096, 65_536);
  const buffer = Buffer.alloc(2);
  for (let first = 1; first <= 61; first++) {
    for (let second = 1; second <= 61; second++) {
      buffer[0] = 0x80 | first;
      buffer[1] = 0x80 | second;
      assert.deepEqual(decoder.decode(buffer, 0, 2).fields, [staticTable[first], staticTable[second]]);
    }
  }
});

test("the peer's size update empties the table, and what comes later fits into the new size", () => {
  const decoder = newDecoder(4096, 65_536);
  decode(decoder, "4003666f6f03626172");
  assert.throws(() => decode(decoder, "20be"), /an index from 1 to 61 in a header block, got 62/);
  // 76 bytes: just the room for two of these fields.
  const foo = (value: string) => `4003666f6f03${Buffer.from(value).toString("hex")}`;
  decode(decoder, `3f2d${foo("bar")}${foo("baz")}`);
  assert.deepEqual(
    decode(decoder, "bebf").fields.map(({ value }) => value),
    ["baz", "bar"],
  );
  decode(decoder, foo("qux"));
  assert.deepEqual(
    decode(decoder, "bebf").fields.map(({ value }) => value),
    ["qux", "baz"],
  );
  assert.throws(() => decode(decoder, "c0"), /an index from 1 to 63 in a header block, got 64/);
});

test("a list over the limit is cut, and the table still follows", () => {
  const decoder = newDecoder(4096, 100);
  const block = decode(decoder, `4003666f6f03626172${"be".repeat(50_000)}`);
  assert.equal(block.tooLarge, true);
  assert.equal(block.listBytes, 38 * 50_001);
  assert.equal(block.fields.length, 2);
  assert.deepEqual(decode(decoder, "be").fields, [{ name: "foo", value: "bar" }]);
});

const faults: readonly (readonly [title: string, hex: string, message: RegExp])[] = [
  ["index 0", "80", /an index from 1 to 61 in a header block, got 0/],
  ["an index past the table", "be", /an index from 1 to 61 in a header block, got 62/],
  ["a literal with a name past the table", "7f0001610162", /an index from 1 to 61/],
  ["an integer that does not end", "ff", /the end of the header block inside one/],
  ["an integer of many bytes", "ffffffffffffffff7f", /an integer below 2\^28/],
  [
    "a string longer than the block",
    "000361",
    /a string of 3 bytes in a header block, got the end of the header block after 1/,
  ],
  ["a literal without its value", "000161", /a string in a header block, got the end/],
  ["a table larger than we allowed", "3fe21f", /a table size of at most 4096 bytes in a header block, got 4097/],
  ["a size update after a field", "8820", /a table size update at the beginning/],
];

for (const [title, hex, message] of faults) {
  test(`${title} ends in a compression error`, () => {
    assert.throws(() => decode(newDecoder(4096, 65_536), hex), { name: "ProtocolError", errorCode: 9, message });
  });
}
