import assert from "node:assert/strict";
import { test } from "node:test";
import { chooseRequestId } from "./request-id.ts";

for (const [what, came, expected] of [
  ["a good one is kept", ["abc-123"], "abc-123"],
  ["a trace-like one is kept", ["00-4bf9:2f35/a=b+c@d.e_f"], "00-4bf9:2f35/a=b+c@d.e_f"],
  ["the longest is kept", ["x".repeat(128)], "x".repeat(128)],
  ["none: a new one", [], "new"],
  ["empty: a new one", [""], "new"],
  ["too long: a new one", ["x".repeat(129)], "new"],
  ["spaces: a new one", ["a b"], "new"],
  ["a line break, which would forge a log line: a new one", ["a\nb"], "new"],
  ["two: a new one", ["a", "b"], "new"],
  ["bytes: a new one", [Buffer.from("a")], "new"],
] as const) {
  test(`request id: ${what}`, () => {
    assert.equal(
      chooseRequestId(came, () => "new"),
      expected,
    );
  });
}
