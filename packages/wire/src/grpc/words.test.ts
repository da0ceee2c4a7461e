import assert from "node:assert/strict";
import { test } from "node:test";
import { type Metadata, metadataFields, metadataOf } from "./metadata.ts";
import { timeoutValue } from "./timeout.ts";

for (const [timeoutMs, value] of [
  [1, "1m"],
  [1000, "1000m"],
  [99_999_999, "99999999m"],
  [100_000_000, "100000S"],
  [100_000_001, "100001S"],
  [0.5, "500u"],
  [1.0001, "1001u"],
  [0.0001, "1u"],
  [0, "1m"],
  [1e12, "16666667M"],
  [1e18, "99999999H"],
] as const) {
  test(`a time-out of ${timeoutMs} ms is sent as ${value}`, () => assert.equal(timeoutValue(timeoutMs), value));
}

test("metadata comes back as it went", () => {
  const metadata: Metadata = [
    ["x-one", "a b"],
    ["x-one", "c"],
    ["x-data-bin", Buffer.from([0, 1, 255])],
    ["x-empty-bin", Buffer.alloc(0)],
  ];
  const fields = metadataFields(metadata);
  assert.deepEqual(fields[2], { name: "x-data-bin", value: "AAH/" });
  assert.deepEqual(metadataOf(fields), metadata);
});

test("several binary values joined by commas are several, padded or not", () => {
  const joined = [{ name: "a-bin", value: "AQ==,Ag" }];
  assert.deepEqual(metadataOf(joined), [
    ["a-bin", Buffer.from([1])],
    ["a-bin", Buffer.from([2])],
  ]);
});

test("what the transport uses itself is not metadata, but the details of a status are", () => {
  const names = [
    ":status",
    "content-type",
    "grpc-status",
    "grpc-message",
    "grpc-encoding",
    "grpc-status-details-bin",
    "x",
  ];
  const kept = metadataOf(names.map((name) => ({ name, value: "" }))).map(([name]) => name);
  assert.deepEqual(kept, ["grpc-status-details-bin", "x"]);
});

for (const [title, entry] of [
  ["a name with a space", ["x y", ""]],
  ["a pseudo-header", [":path", "/"]],
  ["a name of the transport's", ["grpc-timeout", "1m"]],
  ["a value that is not ASCII", ["x", "ä"]],
  ["a line break in a value", ["x", "a\r\nb"]],
  ["bytes under a name without -bin", ["x", Buffer.alloc(1)]],
] as const) {
  test(`metadata: ${title} is refused`, () => assert.throws(() => metadataFields([entry]), TypeError));
}
