import assert from "node:assert/strict";
import { test } from "node:test";
import type { Endpoint } from "../mesh/endpoint.ts";
import { parseTopology } from "../topology/parse-topology.ts";
import { announce } from "./announce.ts";
import type { MeshState } from "./snapshot.ts";

const endpoint = (version: string, port: number) => ({
  host: "10.0.0.1",
  port,
  labels: { version },
  source: "static",
});
const both = [endpoint("v1", 1), endpoint("v2", 2)];

/** A service with these routes, in YAML, and these endpoints. */
function state(routes: string, endpoints: readonly Endpoint[] = both): MeshState {
  const parsed = parseTopology(`services: { a: { routes: ${routes}, sources: [{ dns: a, port: 1 }] } }`);
  assert.ok(parsed.ok);
  return { topology: parsed.topology, endpoints: new Map([["a", endpoints]]) };
}

const plain = "[]";
const split = "[{ split: [{ to: { version: v1 }, weight: 90 }, { to: { version: v2 }, weight: 10 }] }]";
const toV1 = "[{ to: { version: v1 } }]";

test("clusters that come are named by a route that no call takes, after the routes as they were", () => {
  const told = state(plain);
  const next = state(split);
  const first = announce(told, next);
  assert.deepEqual(first?.clusters, ["a/version=v1", "a/version=v2"]);
  const [service] = first?.state.topology.services ?? [];
  const [before] = told.topology.services;
  assert.deepEqual(service?.routes.slice(0, -1), before?.routes);
  assert.deepEqual(service?.routes.at(-1)?.match, { path: { kind: "exact", value: "/-" }, headers: [] });
  assert.equal(first?.state.endpoints, next.endpoints);
});

for (const [what, told, next] of [
  ["nothing was told yet", undefined, state(split)],
  ["no cluster comes", state(split), state(toV1)],
  ["the old routes lead nowhere any more", state(toV1), state("[{ to: { version: v2 } }]", [endpoint("v2", 2)])],
  [
    "the only endpoint of the old routes is drained",
    state(toV1),
    state("[{ to: { version: v2 } }]", [{ ...endpoint("v1", 1), weight: 0 }, endpoint("v2", 2)]),
  ],
  ["the service is new", { ...state(plain), topology: { services: [] } }, state(split)],
] as const) {
  test(`nothing is announced when ${what}`, () => assert.equal(announce(told, next), undefined));
}

test("a cluster without a share is news once it gets one", () => {
  const none = split.replace("weight: 10", "weight: 0");
  assert.deepEqual(announce(state(none), state(split))?.clusters, ["a/version=v2"]);
});
