import assert from "node:assert/strict";
import { test } from "node:test";
import { formatDuration, parseDuration } from "./duration.ts";

const readable = [
  ["250ms", 250],
  ["10s", 10_000],
  ["1m", 60_000],
  ["1h", 3_600_000],
  ["1m30s", 90_000],
  ["1h2m3s4ms", 3_723_004],
  ["0.5s", 500],
  ["1.005s", 1_005],
  ["0s", 0],
] as const;

for (const [text, durationMs] of readable) {
  test(`${text} is ${durationMs} ms`, () => assert.equal(parseDuration(text), durationMs));
}

for (const text of [
  "",
  "10",
  "0",
  "s",
  "-1s",
  "1s1m",
  "10 s",
  "1.2.3s",
  ".s",
  "1d",
  "1S",
  "1e3s",
  `${"9".repeat(400)}h`,
]) {
  test(`${JSON.stringify(text.slice(0, 20))} is no duration`, () => assert.equal(parseDuration(text), undefined));
}

const written = [
  [0, "0s"],
  [250, "250ms"],
  [1_500, "1500ms"],
  [10_000, "10s"],
  [60_000, "1m"],
  [90_000, "90s"],
  [7_200_000, "2h"],
] as const;

for (const [durationMs, text] of written) {
  test(`${durationMs} ms is written ${text}, and read back`, () => {
    assert.equal(formatDuration(durationMs), text);
    assert.equal(parseDuration(text), durationMs);
  });
}
