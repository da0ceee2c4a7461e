import assert from "node:assert/strict";
import { test } from "node:test";
import { meshFile } from "./mesh-file.ts";

test("servers of one version and zone are one source, in the order they came", () => {
  const text = meshFile([
    { address: "127.0.0.1:40001", version: "v1", zone: "a" },
    { address: "127.0.0.1:40002", version: "v1", zone: "b" },
    { address: "127.0.0.1:40003", version: "v1", zone: "a" },
  ]);
  assert.deepEqual(text.split("    sources:\n")[1]?.trimEnd().split("\n"), [
    '      - static: ["127.0.0.1:40001", "127.0.0.1:40003"]',
    "        labels: { version: v1, zone: a }",
    '      - static: ["127.0.0.1:40002"]',
    "        labels: { version: v1, zone: b }",
  ]);
});
