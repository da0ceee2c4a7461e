import assert from "node:assert/strict";
import { test } from "node:test";
import { status } from "@grpc/grpc-js";
import { runControlPlane } from "../testing/running-control-plane.ts";
import { openChannel, startBackend } from "../testing/xds-world.ts";
import { formatAddress } from "../topology/topology.ts";

// How mesh.yaml spreads and limits the calls of a real client.

type Backend = Awaited<ReturnType<typeof startBackend>>;

function meshOf(backends: readonly Backend[], settings = ""): string {
  const addresses = backends.map(({ address }) => `"${formatAddress(address)}"`).join(", ");
  return `services: { heyhow: { health: false, sources: [{ static: [${addresses}] }]${settings} } }`;
}

test("ring hash: calls with the same header value go to the same server, live", async () => {
  await using one = await startBackend("one");
  await using two = await startBackend("two");
  await using control = await runControlPlane(meshOf([one, two]));
  using channel = openChannel(control.ads, "xds:///heyhow");
  await channel.callUntil("one");
  const from = control.log.length;
  await control.replaceMesh(meshOf([one, two], ", balancing: { ring_hash: { header: x-user } }"));
  await control.logged({ event: "ack", type: "RDS" }, from);
  const homes = new Set<string>();
  for (let user = 0; user < 20; user++) {
    const headers = { "x-user": `user-${user}` };
    const tally = await channel.calls(5, headers);
    assert.equal(Object.keys(tally).length, 1, JSON.stringify(tally));
    homes.add(Object.keys(tally)[0] ?? "");
  }
  // 20 users all at home on the same of two servers: once in half a million.
  assert.deepEqual([...homes].sort(), ["one", "two"]);
});

test("by load: a client that was not told to weigh by load calls in turn", async () => {
  const load = (applicationUtilization: number) => ({ applicationUtilization, rpsFractional: 100 });
  await using busy = await startBackend("busy", undefined, load(0.9));
  await using idle = await startBackend("idle", undefined, load(0.1));
  await using control = await runControlPlane(meshOf([busy, idle], ", balancing: weighted_by_load"));
  using channel = openChannel(control.ads, "xds:///heyhow");
  await channel.callUntil("busy");
  await channel.callUntil("idle");
  assert.deepEqual(await channel.calls(20), { busy: 10, idle: 10 });
});

test("outliers: a server whose calls fail is left alone, although detection was switched on late", async () => {
  await using good = await startBackend("good");
  await using bad = await startBackend("bad", status.ABORTED);
  await using control = await runControlPlane(meshOf([good, bad]));
  using channel = openChannel(control.ads, "xds:///heyhow");
  await channel.callUntil("good");
  await channel.callUntil("ABORTED");
  const from = control.log.length;
  const outliers = ", outliers: { interval: 200ms, min_calls: 3, ejection: 60s }";
  await control.replaceMesh(meshOf([good, bad], outliers));
  await control.logged({ event: "ack", type: "CDS" }, from);
  for (const endAt = Date.now() + 5_000; ; ) {
    const { ABORTED: failed = 0 } = await channel.calls(20);
    if (failed === 0) break;
    assert.ok(Date.now() < endAt, "the failing server was never left alone");
  }
});

test("max_calls: a call beyond those in flight fails at once", async () => {
  await using one = await startBackend("one");
  await using control = await runControlPlane(meshOf([one], ", max_calls: 1"));
  using channel = openChannel(control.ads, "xds:///heyhow");
  await channel.callUntil("one");
  const began = one.calls;
  const slow = channel.call(2_000, { "x-slow": "1" });
  // Calls of one turn are all let through (E4): the second must wait until the first is at the server.
  while (one.calls === began) await new Promise((resolve) => setImmediate(resolve));
  assert.equal(await channel.call(), "UNAVAILABLE");
  assert.equal(await slow, "DEADLINE_EXCEEDED");
  await channel.callUntil("one");
});
