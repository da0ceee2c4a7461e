import assert from "node:assert/strict";
import { test } from "node:test";
import { parseTopology } from "../topology/parse-topology.ts";
import { diffTopologies } from "./diff-topologies.ts";

function topology(services: string) {
  const parsed = parseTopology(`services: ${services}`);
  return parsed.ok ? parsed.topology : assert.fail(parsed.errors.join("\n"));
}

const before = topology(
  '{ a: { sources: [{ static: ["10.0.0.1:1", "10.0.0.2:1"] }] }, b: { sources: [{ dns: x, port: 1 }] } }',
);

test("the same file changes nothing", () => {
  assert.deepEqual(diffTopologies(before, before), []);
});

test("services that come and go are named", () => {
  const after = topology(
    '{ a: { sources: [{ static: ["10.0.0.1:1", "10.0.0.2:1"] }] }, c: { sources: [{ static: [] }] } }',
  );
  assert.deepEqual(diffTopologies(before, after), ["c: new", "b: gone"]);
});

test("each setting that differs is a line with its old and new value", () => {
  const after = topology(`{
    a: {
      balancing: { ring_hash: { header: x-user } },
      max_calls: 5,
      routes: [{ timeout: 100ms }],
      sources: [{ static: ["10.0.0.1:1", { address: "10.0.0.2:1", weight: 0.5 }] }]
    },
    b: { health: false, sources: [{ dns: x, port: 2 }] }
  }`);
  assert.deepEqual(diffTopologies(before, after), [
    "a.balancing.kind: round_robin → ring_hash",
    "a.balancing.header: none → x-user",
    "a.maxCalls: none → 5",
    "a.routes.0.timeoutMs: none → 100",
    "a.sources.0.addresses.1: 10.0.0.2:1 → 10.0.0.2:1 weight 0.5",
    "b.health.service:  → none",
    "b.sources.0.port: 1 → 2",
  ]);
});
