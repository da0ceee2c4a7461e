import assert from "node:assert/strict";
import { test } from "node:test";
import { runControlPlane } from "../testing/running-control-plane.ts";
import { formatAddress } from "../topology/topology.ts";

// Balancing by what the servers report, with a real client. It reads its switch when it is loaded.
process.env["GRPC_EXPERIMENTAL_XDS_WRR_LB"] = "true";
const { openChannel, startBackend } = await import("../testing/xds-world.ts");

type Backend = Awaited<ReturnType<typeof startBackend>>;
type Channel = ReturnType<typeof openChannel>;

/** A server that answers a hundred calls a second at this utilisation: its weight is the one over the other. */
function startReporting(name: string, applicationUtilization: number): Promise<Backend> {
  return startBackend(name, undefined, { applicationUtilization, rpsFractional: 100 });
}

function meshOf(backends: readonly Backend[], balancing: string): string {
  const addresses = backends.map(({ address }) => `"${formatAddress(address)}"`).join(", ");
  return `services: { heyhow: { health: false, sources: [{ static: [${addresses}] }], balancing: ${balancing} } }`;
}

/** Calls until this server has answered three times in a row, which two servers called in turn never do. */
async function untilPreferred(channel: Channel, name: string): Promise<void> {
  const last: string[] = [];
  for (const endAt = Date.now() + 10_000; Date.now() < endAt; ) {
    last.push(await channel.call());
    if (last.length >= 3 && last.slice(-3).every((each) => each === name)) return;
  }
  throw new Error(`never three times in a row ${name}, but ${last.slice(-20).join(" ")}`);
}

test("calls go to servers by their reports: at 0.9 a third of what one at 0.3 gets", async () => {
  await using busy = await startReporting("busy", 0.9);
  await using idle = await startReporting("idle", 0.3);
  await using control = await runControlPlane(meshOf([busy, idle], "weighted_by_load"));
  using channel = openChannel(control.ads, "xds:///heyhow");
  await untilPreferred(channel, "idle");
  const began = performance.now();
  const shares = await channel.calls(400);
  // The client makes a new order of calls from the weights every second. Each is off by less than one call: the time to
  // the next call of a server is 1 over its weight, and only the first one comes by chance.
  const orders = Math.ceil((performance.now() - began) / 1_000) + 1;
  assert.ok(Math.abs((shares["busy"] ?? 0) - 100) <= orders, JSON.stringify({ shares, orders }));
  assert.equal((shares["busy"] ?? 0) + (shares["idle"] ?? 0), 400, "no call failed");
});

test("balancing by load is switched on and off while calls go on, and none fails", async () => {
  await using busy = await startReporting("busy", 0.9);
  await using idle = await startReporting("idle", 0.1);
  const meshes = ["round_robin", "{ weighted_by_load: { report_every: 200ms } }"].map((each) =>
    meshOf([busy, idle], each),
  );
  const [inTurn = "", byLoad = ""] = meshes;
  await using control = await runControlPlane(inTurn);
  using channel = openChannel(control.ads, "xds:///heyhow");
  await channel.callUntil("busy");
  await channel.callUntil("idle");
  await control.replaceMesh(byLoad);
  await untilPreferred(channel, "idle");
  await control.replaceMesh(inTurn);
  for (const endAt = Date.now() + 5_000; ; ) {
    const { busy: some = 0, idle: others = 0, ...failed } = await channel.calls(20);
    assert.deepEqual(failed, {});
    if (some === 10 && others === 10) break;
    assert.ok(Date.now() < endAt, "never in turn again");
  }
});

test("servers that never report are called in turn, and one alone is called", async () => {
  await using one = await startBackend("one");
  await using two = await startBackend("two");
  await using control = await runControlPlane(meshOf([one], "weighted_by_load"));
  using channel = openChannel(control.ads, "xds:///heyhow");
  assert.deepEqual(await channel.calls(20), { one: 20 });
  await control.replaceMesh(meshOf([one, two], "weighted_by_load"));
  await channel.callUntil("two");
  const { one: first = 0, two: second = 0 } = await channel.calls(40);
  // In turn, but for a new order every second.
  assert.ok(Math.abs(first - second) <= 10, `${first} and ${second}`);
});

test("the fault and its remedy: beside servers that report a silent one gets no calls, and one that is idle does", async () => {
  await using busy = await startReporting("busy", 0.9);
  await using idle = await startReporting("idle", 0.3);
  await using silent = await startBackend("silent");
  // As a hey-server that was never called: see its load-meter.ts.
  await using fresh = await startBackend("fresh", undefined, { applicationUtilization: 0.00001, rpsFractional: 1 });
  const balancing = "{ weighted_by_load: { report_every: 100ms } }";
  await using control = await runControlPlane(meshOf([busy, idle, silent], balancing));
  using channel = openChannel(control.ads, "xds:///heyhow");
  await untilPreferred(channel, "idle");
  const { silent: heard = 0 } = await channel.calls(60);
  // E9: the time to its next call is the others' average weight, 222, where theirs is a hundredth. In turn it
  // would get 20; that it is called at all is once in a thousand runs, and twice in a million.
  assert.ok(heard <= 1, `${heard} of 60`);
  await control.replaceMesh(meshOf([busy, idle, fresh], balancing));
  await channel.callUntil("fresh");
});
