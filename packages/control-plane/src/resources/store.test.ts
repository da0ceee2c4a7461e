import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { DiscoveryResponse, RouteConfiguration } from "@hey/proto/xds";
import { parseTopology } from "../topology/parse-topology.ts";
import type { MeshState } from "./snapshot.ts";
import { createStore, type Store } from "./store.ts";

const announceMs = 250;

function state(settings: string): MeshState {
  const parsed = parseTopology(`services: { a: { ${settings}, sources: [{ dns: a, port: 1 }] } }`);
  assert.ok(parsed.ok);
  const endpoints = ["v1", "v2"].map((version, index) => ({
    ...{ host: "10.0.0.1", port: index + 1, labels: { version }, source: "static" },
  }));
  return { topology: parsed.topology, endpoints: new Map([["a", endpoints]]) };
}

const plain = state("routes: []");
const toV1 = state("routes: [{ to: { version: v1 } }]");
const toV2 = state("routes: [{ to: { version: v2 } }]");

/** The clusters of the routes that calls take, and of the one that none takes. */
function shown({ snapshots }: Store) {
  const [routes] = [...(snapshots.value?.resources.RDS.values() ?? [])];
  assert.ok(routes);
  const [entry] = DiscoveryResponse.decode(routes.entry).resources;
  const { virtualHosts } = RouteConfiguration.decode(entry?.value ?? assert.fail());
  const clusterOf = (path: boolean) =>
    virtualHosts
      .flatMap((host) => host.routes)
      .filter(({ match }) => (match?.pathSpecifier?.$case === "path") === path)
      .flatMap(({ action }) => {
        const specifier = action?.$case === "route" ? action.value.clusterSpecifier : undefined;
        return specifier?.$case === "cluster" ? [specifier.value] : [];
      });
  return { taken: clusterOf(false), announced: clusterOf(true) };
}

function openStore() {
  mock.timers.enable({ apis: ["setTimeout"] });
  const store = createStore({ announceMs });
  return Object.assign(store, {
    [Symbol.dispose]() {
      mock.timers.reset();
    },
  });
}

test("a cluster is announced before calls go there", () => {
  using store = openStore();
  store.publish(plain);
  assert.deepEqual(store.publish(toV1), []);
  assert.deepEqual(shown(store), { taken: ["a"], announced: ["a/version=v1"] });
  mock.timers.tick(announceMs - 1);
  assert.deepEqual(shown(store).taken, ["a"]);
  mock.timers.tick(1);
  assert.deepEqual(shown(store), { taken: ["a/version=v1"], announced: [] });
});

test("what comes while a cluster is announced does not begin the wait anew, unless it is another cluster", () => {
  using store = openStore();
  store.publish(plain);
  store.publish(toV1);
  mock.timers.tick(200);
  store.publish({ ...toV1, endpoints: new Map(toV1.endpoints) });
  mock.timers.tick(50);
  assert.deepEqual(shown(store).taken, ["a/version=v1"]);

  store.publish(plain);
  mock.timers.tick(200);
  store.publish(toV2);
  mock.timers.tick(200);
  assert.deepEqual(shown(store), { taken: ["a/version=v1"], announced: ["a/version=v2"] });
  mock.timers.tick(50);
  assert.deepEqual(shown(store).taken, ["a/version=v2"]);
});

test("it is settled once what is meant is told", async () => {
  using store = openStore();
  store.publish(plain);
  await store.settled();
  store.publish(toV1);
  const settled = store.settled().then(() => shown(store).taken);
  mock.timers.tick(announceMs);
  assert.deepEqual(await settled, ["a/version=v1"]);
  await store.settled();
});

test("what is taken back while it is announced never comes", () => {
  using store = openStore();
  store.publish(plain);
  store.publish(toV1);
  store.publish(plain);
  assert.deepEqual(shown(store), { taken: ["a"], announced: [] });
  mock.timers.tick(announceMs);
  assert.deepEqual(shown(store), { taken: ["a"], announced: [] });
});
