import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { everywhere } from "../testing/test-service.ts";
import { parseTopology } from "./parse-topology.ts";

const shipped = readFileSync(new URL("../../../../mesh/mesh.yaml", import.meta.url), "utf8");

test("the shipped mesh.yaml is good, finds servers by DNS and retries nothing", () => {
  const parsed = parseTopology(shipped);
  assert.ok(parsed.ok, parsed.ok ? "" : parsed.errors.join("\n"));
  const [service] = parsed.topology.services;
  assert.equal(service?.name, "heyhow");
  assert.deepEqual(service?.routes, everywhere());
  assert.deepEqual(service?.sources, [
    { kind: "dns", name: "server", port: 9999, labels: { version: "v1", zone: "a" } },
  ]);
});

test("every setting that the shipped mesh.yaml shows in a comment is good once its # is taken away", () => {
  const uncommented = shipped
    .split("\n")
    .map((line) => line.replace(/^(\s+)# (retries:|routes:| {2}- | {4}to:|- static:| {2}labels:)/, "$1$2"))
    .join("\n");
  const parsed = parseTopology(uncommented);
  assert.ok(parsed.ok, parsed.ok ? "" : parsed.errors.join("\n"));
  assert.equal(parsed.topology.services[0]?.routes[0]?.retries?.attempts, 3);
  assert.equal(parsed.topology.services[0]?.routes.length, 2);
  assert.equal(parsed.topology.services[0]?.sources.length, 2);
});
