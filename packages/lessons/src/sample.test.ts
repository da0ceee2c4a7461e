import assert from "node:assert/strict";
import { test } from "node:test";
import { type Call, callsTo, percentile, toSample } from "./sample.ts";
import { sampleText } from "./sample-text.ts";

const servers = [
  { name: "server-1", version: "v1", zone: "a", address: "127.0.0.1:1" },
  { name: "server-2", version: "v2", zone: "b", address: "127.0.0.1:2" },
];
const call = (address: string | undefined, code = "OK", durationMs = 2): Call => ({
  index: 0,
  address,
  code,
  beganAtMs: 100 * durationMs,
  durationMs,
});
const mixed = toSample(
  [call("127.0.0.1:1"), call("127.0.0.1:1", "UNAVAILABLE"), call("127.0.0.1:2", "OK", 8), call(undefined, "INTERNAL")],
  servers,
);

test("calls are counted by server and code, and those that reached none are kept apart", () => {
  assert.deepEqual(
    mixed.shares.map(({ name, calls, failed }) => ({ name, calls, failed })),
    [
      { name: "server-1", calls: 2, failed: 1 },
      { name: "server-2", calls: 1, failed: 0 },
    ],
  );
  assert.deepEqual([mixed.calls, mixed.failed, mixed.nowhere], [4, 2, 1]);
  assert.deepEqual(mixed.codes, { OK: 2, UNAVAILABLE: 1, INTERNAL: 1 });
  assert.deepEqual([mixed.p50Ms, mixed.p99Ms, mixed.tookMs], [2, 8, 808 - 200]);
  assert.equal(
    callsTo(mixed, ({ zone }) => zone === "b"),
    1,
  );
});

test("a percentile is the least value that so many do not exceed; of nothing there is none", () => {
  const hundred = Array.from({ length: 100 }, (_, index) => index + 1);
  assert.deepEqual([percentile(hundred, 50), percentile(hundred, 99), percentile([7], 1)], [50, 99, 7]);
  assert.equal(percentile([], 50), undefined);
});

test("the table has a row for each server, and one for calls that reached none", () => {
  assert.deepEqual(sampleText(mixed).split("\n"), [
    " replica      version  zone  calls  share  failed",
    " server-1     v1       a         2   50 %       1",
    " server-2     v2       b         1   25 %       0",
    " (no server)                     1   25 %       1",
    " 4 calls, 1 UNAVAILABLE, 1 INTERNAL; p50 2.00 ms, p99 8.00 ms",
  ]);
});
