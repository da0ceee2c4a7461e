import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { Ajv } from "ajv";
import { parse } from "yaml";
import { meshFile } from "./mesh-file.ts";

const endpoints = [
  { address: "127.0.0.1:40001", version: "v1", zone: "a" },
  { address: "127.0.0.1:40002", version: "v1", zone: "b" },
  { address: "127.0.0.1:40003", version: "v1", zone: "a" },
];

test("servers of one version and zone are one source, in the order they came", () => {
  const text = meshFile(endpoints, "mesh.schema.json");
  assert.deepEqual(text.split("    sources:\n")[1]?.trimEnd().split("\n"), [
    '      - static: ["127.0.0.1:40001", "127.0.0.1:40003"]',
    "        labels: { version: v1, zone: a }",
    '      - static: ["127.0.0.1:40002"]',
    "        labels: { version: v1, zone: b }",
  ]);
});

test("editors find its schema, and nothing wrong by it", () => {
  const schema = "../../control-plane/schema/mesh.schema.json";
  const text = meshFile(endpoints, schema);
  const [, named = ""] = /^# yaml-language-server: \$schema=(\S+)$/m.exec(text) ?? [];
  const validate = new Ajv({ strict: false }).compile(
    JSON.parse(readFileSync(new URL(named, import.meta.url), "utf8")),
  );
  assert.ok(validate(parse(text)), JSON.stringify(validate.errors));
});
