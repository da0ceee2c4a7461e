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
    { kind: "dns", name: "server-v2", port: 9999, labels: { version: "v2", zone: "b" } },
  ]);
});

test("every setting that the shipped mesh.yaml shows in a comment is good once its # is taken away", () => {
  const uncommented = shipped
    .split("\n")
    .map((line) =>
      line.replace(
        /^(\s+)# (retries:|fault:|drop_percent:|localities:|outliers:|max_calls:|routes:| {2}- | {4}to:|- static:|- kubernetes:| {2}labels:)/,
        "$1$2",
      ),
    )
    .join("\n");
  const parsed = parseTopology(uncommented);
  assert.ok(parsed.ok, parsed.ok ? "" : parsed.errors.join("\n"));
  const [service] = parsed.topology.services;
  assert.equal(service?.routes[0]?.retries?.attempts, 3);
  assert.equal(service?.routes[0]?.fault?.abort?.percent, 30);
  assert.equal(service?.routes.length, 2);
  assert.equal(service?.sources.length, 5);
  assert.equal(service?.localities.length, 3);
  assert.equal(service?.dropPercent, 20);
  assert.equal(service?.maxCalls, 100);
});
