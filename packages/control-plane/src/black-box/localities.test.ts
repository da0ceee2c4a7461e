import assert from "node:assert/strict";
import { test } from "node:test";
import { runControlPlane } from "../testing/running-control-plane.ts";
import { openChannel, startBackend } from "../testing/xds-world.ts";
import { formatAddress } from "../topology/topology.ts";

// Zones, priorities and the weights of endpoints, by the shares that a real client's calls take.

async function startZones(...zones: readonly string[]) {
  const backends = await Promise.all(zones.map(async (zone) => ({ zone, server: await startBackend(zone) })));
  return {
    backends,
    /** mesh.yaml with these lines, of the servers in `zones`. */
    meshOf: (lines: string, only: readonly string[] = zones, health = "false") => `services:
  heyhow:
    health: ${health}
    sources:
${backends
  .filter(({ zone }) => only.includes(zone))
  .map(({ zone, server }) => `      - { static: ["${formatAddress(server.address)}"], labels: { zone: ${zone} } }\n`)
  .join("")}${lines}`,
    async [Symbol.asyncDispose]() {
      for (const { server } of backends) await server[Symbol.asyncDispose]();
    },
  };
}

test("zones share the calls by their weights, and a new weight is followed", async () => {
  await using zones = await startZones("a", "b");
  const weights = (a: number, b: number) =>
    zones.meshOf(`    localities: [{ zone: a, weight: ${a} }, { zone: b, weight: ${b} }]\n`);
  await using control = await runControlPlane(weights(3, 1));
  using channel = openChannel(control.ads, "xds:///heyhow");
  await channel.callUntil("b");
  const { a = 0, b = 0, ...others } = await channel.calls(400);
  // 400 draws of a quarter: 100, and beyond 56 and 148 once in a million.
  assert.ok(b >= 56 && b <= 148, `a ${a}, b ${b}`);
  assert.deepEqual(others, {});
  const from = control.log.length;
  await control.replaceMesh(weights(1, 0));
  await control.logged({ event: "ack", type: "EDS" }, from);
  assert.deepEqual(await channel.calls(50), { a: 50 });
});

test("failover: the second zone is called when the first is gone, and no longer when it is back", async () => {
  await using zones = await startZones("near", "far");
  const lines = "    localities: [{ zone: near }, { zone: far, priority: 1 }]\n";
  await using control = await runControlPlane(zones.meshOf(lines));
  using channel = openChannel(control.ads, "xds:///heyhow");
  assert.deepEqual(await channel.calls(30), { near: 30 });
  await control.replaceMesh(zones.meshOf(lines, ["far"]));
  await channel.callUntil("far");
  assert.deepEqual(await channel.calls(30), { far: 30 });
  await control.replaceMesh(zones.meshOf(lines));
  await channel.callUntil("near");
  assert.deepEqual(await channel.calls(30), { near: 30 });
});

test("failover: a zone whose server dies is left for the next, by the client itself too", async () => {
  await using zones = await startZones("near", "far");
  const lines = "    localities: [{ zone: near }, { zone: far, priority: 1 }]\n";
  await using control = await runControlPlane(zones.meshOf(lines, ["near", "far"], '""'));
  using channel = openChannel(control.ads, "xds:///heyhow");
  await channel.callUntil("near");
  await zones.backends[0]?.server[Symbol.asyncDispose]();
  await channel.callUntil("far");
  assert.deepEqual(await channel.calls(30), { far: 30 });
});

test("an endpoint with a weight takes that share compared with the others, and one of weight 0 none", async () => {
  await using zones = await startZones("a", "b", "c");
  const [a, b, c] = zones.backends.map(({ server }) => `"${formatAddress(server.address)}"`);
  const meshOf = (weight: number) => `services:
  heyhow:
    health: false
    sources: [{ static: [${a}, ${b}, { address: ${c}, weight: ${weight} }] }]
`;
  await using control = await runControlPlane(meshOf(0.5));
  using channel = openChannel(control.ads, "xds:///heyhow");
  await channel.callUntil("c");
  const shares = await channel.calls(500);
  // 500 draws of a fifth: 100, and beyond 59 and 147 once in a million.
  assert.ok((shares["c"] ?? 0) >= 59 && (shares["c"] ?? 0) <= 147, JSON.stringify(shares));
  const from = control.log.length;
  await control.replaceMesh(meshOf(0));
  await control.logged({ event: "ack", type: "EDS" }, from);
  const drained = await channel.calls(60);
  assert.deepEqual(Object.keys(drained).sort(), ["a", "b"]);
});
