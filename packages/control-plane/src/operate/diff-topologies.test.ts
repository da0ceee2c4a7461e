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
    'a.balancing.kind: "round_robin" → "ring_hash"',
    'a.balancing.header: none → "x-user"',
    "a.maxCalls: none → 5",
    "a.routes.0.timeoutMs: none → 100",
    "a.sources.0.addresses.10.0.0.2:1.weight: 1 → 0.5",
    'b.health.service: "" → none',
    "b.sources.0.port: 1 → 2",
  ]);
});

const one = (service: string) => topology(`{ a: { ${service} } }`);
const base = 'sources: [{ static: ["10.0.0.1:1", "10.0.0.2:1"], labels: { v: "1" } }]';
const routed = (routes: string) => one(`${base}, routes: [${routes}]`);
const toKubernetes = (more: string) => one(`sources: [{ kubernetes: { service: x${more} } }]`);

const told: readonly (readonly [string, ReturnType<typeof one>, ReturnType<typeof one>, readonly string[]])[] = [
  [
    "no health check and one that is called none",
    one(`health: false, ${base}`),
    one(`health: none, ${base}`),
    ['a.health.service: none → "none"'],
  ],
  [
    "no label and one that says none",
    one(base),
    one(base.replace('v: "1"', 'v: "1", tier: none')),
    ['a.sources.0.labels.tier: none → "none"'],
  ],
  [
    "every endpoint and those with the label none",
    routed("{ to: {} }"),
    routed("{ to: { v: none } }"),
    ['a.routes.0.targets.0.labels.v: none → "none"'],
  ],
  [
    "a port's number and a port's name",
    toKubernetes(", port: 80"),
    toKubernetes(', port: "80"'),
    ['a.sources.0.port: 80 → "80"'],
  ],
  [
    "no namespace and one that is called none",
    toKubernetes(""),
    toKubernetes(", namespace: none"),
    ['a.sources.0.namespace: none → "none"'],
  ],
];

for (const [name, from, to, lines] of told) {
  test(`told apart: ${name}`, () => assert.deepEqual(diffTopologies(from, to), lines));
}

test("an address put first is the only one that changes, and so is a route", () => {
  assert.deepEqual(diffTopologies(one(base), one(base.replace('["', '["10.0.0.9:1", "'))), [
    'a.sources.0.addresses.10.0.0.9:1: none → {"weight":1}',
  ]);
  const kept = "{ match: { path: /a/b }, to: { v: '1' } }";
  const lines = diffTopologies(routed(kept), routed(`{ to: { v: '2' }, match: { path: /c/d } }, ${kept}`));
  assert.equal(lines.length, 1, lines.join("\n"));
  assert.match(lines[0] ?? "", /^a\.routes\.0: none → .*"\/c\/d"/);
  assert.match(diffTopologies(routed(kept), one(base))[0] ?? "", /^a\.routes\.0: .*"\/a\/b".* → none$/);
});

test("what means the same is no change: the order of addresses and labels, and a weight of 1", () => {
  const other = 'sources: [{ static: ["10.0.0.2:1", { address: "10.0.0.1:1", weight: 1 }], labels: { v: "1" } }]';
  assert.deepEqual(diffTopologies(one(base), one(other)), []);
  assert.deepEqual(diffTopologies(routed("{ to: { a: x, b: y } }"), routed("{ to: { b: y, a: x } }")), []);
});
