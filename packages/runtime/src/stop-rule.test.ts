import assert from "node:assert/strict";
import { test } from "node:test";
import { createStopRule, type StopAction, type StopSignal } from "./stop-rule.ts";

const cases: readonly (readonly [string, readonly (readonly [StopSignal, number, StopAction])[]])[] = [
  ["one signal drains", [["SIGTERM", 10, "drain"]]],
  [
    "a second SIGTERM ends at once, however soon",
    [
      ["SIGTERM", 10, "drain"],
      ["SIGTERM", 10, "exit"],
    ],
  ],
  [
    "another kind of signal ends at once, however soon",
    [
      ["SIGINT", 10, "drain"],
      ["SIGTERM", 11, "exit"],
    ],
  ],
  [
    "a Ctrl-C that npm passes on is the same one",
    [
      ["SIGINT", 10, "drain"],
      ["SIGINT", 310, "ignore"],
    ],
  ],
  [
    "the next Ctrl-C ends at once",
    [
      ["SIGINT", 10, "drain"],
      ["SIGINT", 15, "ignore"],
      ["SIGINT", 311, "exit"],
    ],
  ],
];

for (const [name, signals] of cases) {
  test(name, () => {
    const decide = createStopRule();
    for (const [signal, atMs, action] of signals) assert.equal(decide(signal, atMs), action);
  });
}
