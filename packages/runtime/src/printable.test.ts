import assert from "node:assert/strict";
import { test } from "node:test";
import { printable } from "./printable.ts";

test("control characters of a peer's text are shown, and everything else is left as it is", () => {
  const cases = [
    ["server-1", "server-1"],
    ["\u001b[2Jgone", "\\x1b[2Jgone"],
    ["one\ntwo\r\tthree", "one\\x0atwo\\x0d\\x09three"],
    ["\u009b1A\u007f\u0000", "\\x9b1A\\x7f\\x00"],
    ["Grüße, 世界 🎉", "Grüße, 世界 🎉"],
  ] as const;
  for (const [text, shown] of cases) assert.equal(printable(text), shown);
});
