import assert from "node:assert/strict";
import { test } from "node:test";
import { IntegerReader, writeInteger } from "./integer.ts";

for (const [title, value, prefixBits, hex] of [
  ["C.1.1 an integer that fits its prefix", 10, 5, "0a"],
  ["C.1.2 an integer that does not", 1337, 5, "1f9a0a"],
  ["C.1.3 an integer from the beginning of a byte", 42, 8, "2a"],
] as const) {
  test(`RFC 7541 ${title}`, () => {
    const out = Buffer.alloc(8);
    assert.equal(out.toString("hex", 0, writeInteger(value, prefixBits, 0, out, 0)), hex);
    const reader = new IntegerReader();
    const bytes = Buffer.from(hex, "hex");
    assert.equal(reader.read(bytes, bytes.length, prefixBits), value);
    assert.equal(reader.position, bytes.length);
  });
}

test("integers come back from every prefix, around what fits it and each byte that follows", () => {
  const out = Buffer.alloc(8);
  for (let prefixBits = 4; prefixBits <= 7; prefixBits++) {
    const limit = 2 ** prefixBits - 1;
    const edges = [0, limit, limit + 2 ** 7, limit + 2 ** 14, limit + 2 ** 21];
    for (const value of edges.flatMap((edge) => [edge - 1, edge, edge + 1]).filter((each) => each >= 0)) {
      const flags = 0xff << prefixBits;
      const end = writeInteger(value, prefixBits, flags & 0xff, out, 0);
      const following = [limit, limit + 2 ** 7, limit + 2 ** 14, limit + 2 ** 21].filter((edge) => value >= edge);
      assert.equal(end, 1 + following.length, `${value} behind ${prefixBits} bits`);
      const reader = new IntegerReader();
      assert.equal(reader.read(out, end, prefixBits), value);
      assert.equal(reader.position, end);
    }
  }
});
