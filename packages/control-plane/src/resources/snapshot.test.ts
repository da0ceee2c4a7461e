import assert from "node:assert/strict";
import { test } from "node:test";
import { DiscoveryResponse as Codec, type DiscoveryResponse, HttpConnectionManager, Listener } from "@hey/proto/xds";
import type { Endpoint } from "../mesh/endpoint.ts";
import { everywhere, plainCluster } from "../testing/test-service.ts";
import type { Service } from "../topology/topology.ts";
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

test("a service that comes back after it was gone differs from what it was, from the listener's first bytes on", () => {
  const builder = createSnapshotBuilder();
  const before = build(mesh([service], {}), builder).resources.LDS.get("a") ?? assert.fail();
  build(mesh([], {}), builder);
  const after = build(mesh([service], {}), builder).resources.LDS.get("a") ?? assert.fail();
  assert.notEqual(after.version, before.version);
  assert.notEqual(statPrefix(after.entry), statPrefix(before.entry));
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

test("of a service that is not there, and of names that mean nothing, nothing is found", () => {
  const snapshot = build(mesh([service], {}));
  for (const name of ["b", "b/version=v1", "a/", "a/version", ""]) {
    for (const type of resourceTypes) assert.equal(snapshot.find(type, name), undefined, `${type} ${name}`);
  }
  for (const type of ["LDS", "RDS"] as const) assert.equal(snapshot.find(type, "a/version=v1"), undefined);
});

test("names that clients think of are not remembered without limit", () => {
  const snapshot = build(mesh([service], {}));
  const first = snapshot.find("CDS", "a/x=0");
  for (let count = 1; count < 1_000; count++) snapshot.find("CDS", `a/x=${count}`);
  assert.equal(snapshot.find("CDS", "a/x=0"), first);
  assert.notEqual(snapshot.find("CDS", "a/x=1000"), snapshot.find("CDS", "a/x=1000"));
});

function statPrefix(entry: Uint8Array): string {
  const listener = Listener.decode(Codec.decode(entry).resources[0]?.value ?? assert.fail());
  return HttpConnectionManager.decode(listener.apiListener?.apiListener?.value ?? assert.fail()).statPrefix;
}
