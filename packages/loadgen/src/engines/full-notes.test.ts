import assert from "node:assert/strict";
import { test } from "node:test";
import { fullNotes } from "./full-notes.ts";

const words = "calls at a time on a connection; the wait for room is in the response times";

for (const [places, expected] of [
  [[["a:1", 0]], []],
  [[["a:1", 10]], [`the connection to a:1 was full: the server takes 10 ${words}`]],
  [
    [
      ["a:1", 10],
      ["a:1", 0],
      ["a:1", 10],
      ["b:1", 5],
    ],
    [
      `connection 1, 3 of 3 to a:1 was full: the server takes 10 ${words}`,
      `the connection to b:1 was full: the server takes 5 ${words}`,
    ],
  ],
] as const) {
  test(`T20: of ${JSON.stringify(places)} those that were full are named, with the limit`, () => {
    const notes = fullNotes(places.map(([address, fullAt]) => ({ address, fullAt })));
    assert.deepEqual(notes, expected);
  });
}
