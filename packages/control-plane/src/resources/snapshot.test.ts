import assert from "node:assert/strict";
import { test } from "node:test";
import { DiscoveryResponse as Codec, type DiscoveryResponse, RouteConfiguration } from "@hey/proto/xds";
import type { Endpoint } from "../mesh/endpoint.ts";
import { clientValidators } from "../testing/client-validators.ts";
import { everywhere, plainCluster } from "../testing/test-service.ts";
import type { Service } from "../topology/topology.ts";
import type { Resource } from "./resource.ts";
import { resourceTypes } from "./resource-type.ts";
import { createSnapshotBuilder, type MeshState, type Snapshot } from "./snapshot.ts";

const service: Service = {
  name: "a",
  ...plainCluster,
  routes: everywhere(),
  health: { service: "", whenAllFail: "keep" },
  sources: [],
};
const at = (host: string): Endpoint => ({ host, port: 1, source: "static", labels: {} });

function mesh(services: readonly Service[], endpoints: Record<string, readonly Endpoint[]>): MeshState {
  return { topology: { services }, endpoints: new Map(Object.entries(endpoints)) };
}

function build(state: MeshState, builder = createSnapshotBuilder()): Snapshot {
  const built = builder(state);
  return built.ok ? built.snapshot : assert.fail(built.problems.join("\n"));
}

function versions({ resources }: Snapshot): string[] {
  return resourceTypes.flatMap((type) =>
    Array.from(resources[type].values(), (each) => `${type} ${each.name} ${each.version}`),
  );
}

test("a service is one resource of each type, under its own name", () => {
  const { resources } = build(mesh([service], { a: [at("10.0.0.1")] }));
  for (const type of resourceTypes) assert.deepEqual([...resources[type].keys()], ["a"], type);
});

test("a service without endpoints is there, so that its calls fail at once instead of waiting", () => {
  const { resources } = build(mesh([service], { a: [] }));
  assert.ok(resources.EDS.has("a"));
});

test("of endpoints that nobody can tell yet nothing is said, so that clients go on with what they know", () => {
  const snapshot = build(mesh([service], {}));
  for (const type of ["LDS", "RDS", "CDS"] as const) assert.ok(snapshot.resources[type].has("a"));
  assert.equal(snapshot.find("EDS", "a"), undefined);
  assert.equal(snapshot.find("EDS", "a/version=v1"), undefined);
  assert.ok(snapshot.find("CDS", "a/version=v1"));
});

test("the entry of a resource is what stands in a response", () => {
  const listener = build(mesh([service], {})).resources.LDS.get("a") ?? assert.fail();
  const response: DiscoveryResponse = Codec.decode(listener.entry);
  assert.equal(response.resources.length, 1);
  assert.equal(response.resources[0]?.typeUrl, "type.googleapis.com/envoy.config.listener.v3.Listener");
});

test("two control planes that know the same agree on every version, in whatever order they learnt it", () => {
  const b = { ...service, name: "b" };
  const one = build(mesh([service, b], { a: [at("10.0.0.1"), at("10.0.0.2")], b: [at("10.0.0.3")] }));
  const other = build(mesh([b, service], { b: [at("10.0.0.3")], a: [at("10.0.0.2"), at("10.0.0.1")] }));
  assert.equal(one.version, other.version);
  assert.deepEqual(versions(one).sort(), versions(other).sort());
});

test("an endpoint that comes changes the assignment and nothing else", () => {
  const builder = createSnapshotBuilder();
  const before = versions(build(mesh([service], { a: [at("10.0.0.1")] }), builder));
  const after = versions(build(mesh([service], { a: [at("10.0.0.1"), at("10.0.0.2")] }), builder));
  assert.deepEqual(
    after.filter((each) => !before.includes(each)).map((each) => each.slice(0, 5)),
    ["EDS a"],
  );
});

test("retries change the routes and nothing else", () => {
  const builder = createSnapshotBuilder();
  const before = versions(build(mesh([service], {}), builder));
  const retries = { codes: ["unavailable"], attempts: 3, backoffMs: 50 } as const;
  const after = versions(build(mesh([{ ...service, routes: everywhere(retries) }], {}), builder));
  assert.deepEqual(
    after.filter((each) => !before.includes(each)).map((each) => each.slice(0, 5)),
    ["RDS a"],
  );
});

test("what did not change is not encoded again", () => {
  const builder = createSnapshotBuilder();
  const endpoints = [at("10.0.0.1")];
  const b = { ...service, name: "b" };
  const before = build(mesh([service, b], { a: endpoints, b: [] }), builder);
  const after = build(mesh([service, b], { a: endpoints, b: [at("10.0.0.2")] }), builder);
  for (const type of resourceTypes) assert.equal(after.resources[type].get("a"), before.resources[type].get("a"));
  assert.notEqual(after.resources.EDS.get("b"), before.resources.EDS.get("b"));
});

test("one address found twice is one endpoint", () => {
  const one = build(mesh([service], { a: [at("10.0.0.1")] }));
  const twice = build(mesh([service], { a: [at("10.0.0.1"), { ...at("10.0.0.1"), source: "dns:x" }] }));
  assert.equal(twice.version, one.version);
});

test("a service that comes back after it was gone is what it was", () => {
  const builder = createSnapshotBuilder();
  const before = versions(build(mesh([service], { a: [at("10.0.0.1")] }), builder));
  build(mesh([], {}), builder);
  assert.deepEqual(versions(build(mesh([service], { a: [at("10.0.0.1")] }), builder)), before);
});

test("a service that was there from the start is the same in every process", () => {
  assert.deepEqual(versions(build(mesh([service], {}))), versions(build(mesh([service], {}))));
});

test("what clients would refuse is no snapshot, and the reason names the resource", () => {
  const built = createSnapshotBuilder()(mesh([service], { a: [at("localhost")] }));
  assert.deepEqual(built, { ok: false, problems: ['EDS a "localhost" is no IP address'] });
});

test("a cluster to which no route leads is found by its name, with the endpoints that its labels mean", () => {
  const endpoints = [
    { ...at("10.0.0.1"), labels: { version: "v1" } },
    { ...at("10.0.0.2"), labels: { version: "v2" } },
  ];
  const plain = build(mesh([service], { a: endpoints }));
  const routes = [{ ...everywhere()[0], targets: [{ labels: { version: "v2" }, weight: 1 }] }] as Service["routes"];
  const routed = build(mesh([{ ...service, routes }], { a: endpoints }));
  for (const type of ["CDS", "EDS"] as const) {
    assert.ok(!plain.resources[type].has("a/version=v2"));
    const found = plain.find(type, "a/version=v2");
    assert.equal(found?.version, routed.resources[type].get("a/version=v2")?.version);
    assert.equal(plain.find(type, "a/version=v2"), found, "it is built once");
    assert.equal(plain.find(type, "a"), plain.resources[type].get("a"));
  }
});

test("a service that is not there has its listener, no route, and clusters of whose endpoints nothing is said", () => {
  const there = build(mesh([service], {}));
  const snapshot = build(mesh([], {}));
  assert.equal(snapshot.find("LDS", "a")?.version, there.find("LDS", "a")?.version, "another listener");
  const [host] = routesOf(snapshot.find("RDS", "a")).virtualHosts;
  assert.deepEqual([host?.domains, host?.routes], [["*"], []]);
  for (const name of ["a", "a/version=v1"]) {
    assert.equal(snapshot.find("CDS", name)?.name, name);
    assert.equal(snapshot.find("EDS", name), undefined);
  }
});

test("what is not there is the same of every control plane, and of every state of one", () => {
  const builder = createSnapshotBuilder();
  const [first, second, other] = [
    build(mesh([], {}), builder),
    build(mesh([service], {}), builder),
    build(mesh([], {})),
  ];
  for (const type of ["LDS", "RDS", "CDS"] as const) {
    const found = first.find(type, "b");
    assert.ok(found !== undefined);
    assert.equal(second.find(type, "b"), found, "it is built once");
    assert.equal(other.find(type, "b")?.version, found.version);
    assert.ok(!second.resources[type].has("b"), "clients that take everything are told of it");
  }
});

test("a real client accepts what it is told of a service that is not there", () => {
  const verdict = clientValidators();
  const snapshot = build(mesh([], {}));
  for (const type of ["LDS", "RDS", "CDS"] as const) {
    assert.equal(verdict(type, messageOf(snapshot.find(type, "b"))), undefined, type);
  }
});

test("of names that no service can have nothing is found", () => {
  const snapshot = build(mesh([service], {}));
  for (const name of ["a/", "a/version", "", "{a}", "server/0.0.0.0:9999", `${"b".repeat(254)}`]) {
    for (const type of resourceTypes) assert.equal(snapshot.find(type, name), undefined, `${type} ${name}`);
  }
  for (const type of ["LDS", "RDS"] as const) assert.equal(snapshot.find(type, "a/version=v1"), undefined);
});

test("names that clients think of are not remembered without limit", () => {
  const snapshot = build(mesh([service], {}));
  for (const [type, prefix] of [
    ["CDS", "a/x="],
    ["CDS", "b/x="],
    ["LDS", "b"],
    ["RDS", "b"],
  ] as const) {
    const first = snapshot.find(type, `${prefix}0`);
    for (let count = 1; count < 1_000; count++) snapshot.find(type, `${prefix}${count}`);
    assert.equal(snapshot.find(type, `${prefix}0`), first);
    assert.notEqual(snapshot.find(type, `${prefix}1000`), snapshot.find(type, `${prefix}1000`), `${type} ${prefix}`);
  }
});

function messageOf(resource: Resource | undefined): Uint8Array {
  return Codec.decode(resource?.entry ?? assert.fail("not found")).resources[0]?.value ?? assert.fail("no resource");
}

function routesOf(resource: Resource | undefined): RouteConfiguration {
  return RouteConfiguration.decode(messageOf(resource));
}
