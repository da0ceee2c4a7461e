import assert from "node:assert/strict";
import { test } from "node:test";
import { createPace } from "./pace.ts";

test("each run is timed from the start of its first call to the end of its last", () => {
  const pace = createPace(3);
  assert.equal(pace.ended(100, 110), undefined);
  assert.equal(pace.ended(110, 600), undefined);
  assert.deepEqual(pace.ended(600, 2_280), { calls: 3, seconds: 2.18 });
  assert.equal(pace.ended(5_000, 5_100), undefined);
  assert.equal(pace.ended(5_100, 5_200), undefined);
  assert.deepEqual(pace.ended(5_200, 6_000), { calls: 3, seconds: 1 });
});
