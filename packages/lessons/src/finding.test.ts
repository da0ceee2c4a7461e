import assert from "node:assert/strict";
import { test } from "node:test";
import { atLeast, atMost, byChance, exactly, findingsText } from "./finding.ts";

for (const [what, finding, holds] of [
  ["exactly, and it is", exactly("x", 3, 3), true],
  ["exactly, and one too many", exactly("x", 3, 4), false],
  ["at least, and it is", atLeast("x", 3, 3), true],
  ["at least, and one too few", atLeast("x", 3, 2), false],
  ["at most, and it is", atMost("x", 3, 3), true],
  ["at most, and one too many", atMost("x", 3, 4), false],
  ["a share within chance", byChance("x", { seen: 57, of: 1_000, probability: 0.1 }), true],
  ["a share just out of it", byChance("x", { seen: 56, of: 1_000, probability: 0.1 }), false],
  ["a share whose probability varies", byChance("x", { seen: 50, of: 1_000, probability: 0.1, spread: 0.01 }), true],
  ["a share just out of that", byChance("x", { seen: 20, of: 1_000, probability: 0.1, spread: 0.01 }), false],
  ["a share of no draws, which shows nothing", byChance("x", { seen: 0, of: 0, probability: 0.1 }), false],
] as const) {
  test(`${what}: ${holds ? "holds" : "fails"}`, () => assert.equal(finding.holds, holds));
}

test("what was expected and what was seen is said in a line", () => {
  assert.equal(
    findingsText([exactly("failed calls", 0, 1_200), byChance("to v2", { seen: 100, of: 1_000, probability: 0.1 })]),
    "  FAILS  failed calls: expected 0, seen 1,200\n  holds  to v2: expected 57 to 149 (10 % of 1,000 draws, by chance), seen 100",
  );
});
