import assert from "node:assert/strict";
import { test } from "node:test";
import { huffmanDecode, huffmanEncode, huffmanLength } from "./huffman.ts";
import { endOfString, huffmanCode } from "./huffman-code.ts";

function decode(coded: Uint8Array): Buffer {
  const out = Buffer.alloc(coded.length * 2);
  return out.subarray(0, huffmanDecode(coded, 0, coded.length, out));
}

test("the code is complete: every bit sequence means something", () => {
  const { bits } = huffmanCode();
  const parts = bits.reduce((sum, length) => sum + 2 ** (30 - length), 0);
  assert.equal(parts, 2 ** 30);
  assert.equal(bits[endOfString], 30);
});

test("every byte value comes back", () => {
  const all = Buffer.from(Array.from({ length: 256 }, (_, value) => value));
  const coded = Buffer.alloc(huffmanLength(all));
  assert.equal(huffmanEncode(all, coded, 0), coded.length);
  assert.deepEqual(decode(coded), all);
});

for (const [title, hex] of [
  ["the end-of-string symbol", "3fffffffff"],
  ["a whole byte of padding", "1fff"],
  ["padding with a zero bit", "1e"],
] as const) {
  test(`${title} is refused`, () => {
    assert.throws(() => decode(Buffer.from(hex, "hex")), { name: "ProtocolError", errorCode: 9 });
  });
}
