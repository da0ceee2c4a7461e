import assert from "node:assert/strict";
import { test } from "node:test";
import { createLineLimit, type LineKind } from "./line-limit.ts";

test("so many lines pass in a second, the rest are counted, and the next second starts afresh", () => {
  const limit = createLineLimit(3);
  const admitted = [0, 1, 2, 3, 999].map((atMs) => limit.admit("notable", atMs));
  assert.deepEqual(admitted, [true, true, true, false, false]);
  assert.equal(limit.takeSuppressed(), 2);
  assert.equal(limit.takeSuppressed(), 0);
  assert.equal(limit.admit("notable", 1_000), true);
});

test("a flood of routine lines leaves half of the limit to failures", () => {
  const limit = createLineLimit(4);
  const kinds: LineKind[] = ["routine", "routine", "routine", "notable", "notable", "notable"];
  assert.deepEqual(
    kinds.map((kind) => limit.admit(kind, 0)),
    [true, true, false, true, true, false],
  );
});
