import assert from "node:assert/strict";
import { test } from "node:test";
import { everywhere, plainCluster } from "../testing/test-service.ts";
import type { Service } from "../topology/topology.ts";
import { createStore } from "./store.ts";

const health = { service: undefined, whenAllFail: "keep" } as const;
const service: Service = { name: "a", ...plainCluster, routes: everywhere(), health, sources: [] };
const stateOf = (maxCalls: number) => ({ topology: { services: [{ ...service, maxCalls }] }, endpoints: new Map() });

test("rule 14: what cannot be encoded is told as a problem, and what clients were told before stays", () => {
  using store = createStore({ announceMs: 0 });
  assert.deepEqual(store.publish(stateOf(1)), []);
  const told = store.snapshots.value;
  assert.deepEqual(store.publish(stateOf(2 ** 32)), ["a cannot be encoded: invalid uint32: 4294967296"]);
  assert.equal(store.snapshots.value, told);
  assert.deepEqual(store.publish(stateOf(2)), []);
  assert.notEqual(store.snapshots.value, told);
});
