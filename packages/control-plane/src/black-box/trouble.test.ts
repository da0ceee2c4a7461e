import assert from "node:assert/strict";
import { test } from "node:test";
import { runControlPlane } from "../testing/running-control-plane.ts";
import { openChannel, startBackend } from "../testing/xds-world.ts";
import { formatAddress } from "../topology/topology.ts";

// Faults and drops that mesh.yaml asks for, seen by a real client whose channel lives through every change.

async function startService() {
  const backend = await startBackend("server");
  const meshOf = (lines: string) => `services:
  heyhow:
    health: false
    sources: [{ static: ["${formatAddress(backend.address)}"] }]
${lines}`;
  const control = await runControlPlane(meshOf(""));
  return {
    control,
    /** Puts lines in force and waits until the client has taken them. */
    async say(lines: string, type: "RDS" | "EDS" = "RDS") {
      const from = control.log.length;
      await control.replaceMesh(meshOf(lines));
      await control.logged({ event: "ack", type }, from);
    },
    async [Symbol.asyncDispose]() {
      await control[Symbol.asyncDispose]();
      await backend[Symbol.asyncDispose]();
    },
  };
}

/** Whether a share of 400 calls is one that 30 % gives in all but one of a million runs. */
function isThirtyPercent(calls = 0): boolean {
  return calls >= 75 && calls <= 168;
}

test("a fault aborts its share of the calls with its code, and is switched on and off for a living client", async () => {
  await using service = await startService();
  using channel = openChannel(service.control.ads, "xds:///heyhow");
  await channel.callUntil("server");
  await service.say("    fault: { abort: { code: RESOURCE_EXHAUSTED, percent: 30 } }\n");
  const { server, RESOURCE_EXHAUSTED, ...others } = await channel.calls(400);
  assert.ok(isThirtyPercent(RESOURCE_EXHAUSTED), `${RESOURCE_EXHAUSTED} aborted, ${server} answered`);
  assert.deepEqual(others, {});
  await service.say("    fault: { abort: { code: ABORTED } }\n");
  assert.deepEqual(await channel.calls(20), { ABORTED: 20 });
  await service.say("");
  assert.deepEqual(await channel.calls(50), { server: 50 });
});

test("a fault is its route's alone", async () => {
  await using service = await startService();
  using channel = openChannel(service.control.ads, "xds:///heyhow");
  await channel.callUntil("server");
  await service.say(`    routes:
      - { match: { headers: { x-test: { exact: "yes" } } }, fault: { abort: { code: INTERNAL } } }
`);
  assert.deepEqual(await channel.calls(20, { "x-test": "yes" }), { INTERNAL: 20 });
  assert.deepEqual(await channel.calls(20), { server: 20 });
});

test("a fault delays calls before they are sent", async () => {
  await using service = await startService();
  using channel = openChannel(service.control.ads, "xds:///heyhow");
  await channel.callUntil("server");
  await service.say("    fault: { delay: { time: 30s } }\n");
  assert.equal(await channel.call(200), "DEADLINE_EXCEEDED");
  await service.say("    fault: { delay: { time: 1ms } }\n");
  assert.deepEqual(await channel.calls(10), { server: 10 });
});

test("by header the caller chooses the fault, and without the header there is none", async () => {
  await using service = await startService();
  using channel = openChannel(service.control.ads, "xds:///heyhow");
  await channel.callUntil("server");
  await service.say("    fault: { by_header: true }\n");
  // 8 is RESOURCE_EXHAUSTED.
  assert.deepEqual(await channel.calls(20, { "x-envoy-fault-abort-grpc-request": "8" }), { RESOURCE_EXHAUSTED: 20 });
  assert.equal(await channel.call(200, { "x-envoy-fault-delay-request": "30000" }), "DEADLINE_EXCEEDED");
  assert.deepEqual(await channel.calls(20), { server: 20 });
});

test("under overload clients drop a share of their calls unsent", async () => {
  await using service = await startService();
  using channel = openChannel(service.control.ads, "xds:///heyhow");
  await channel.callUntil("server");
  await service.say("    drop_percent: 30\n", "EDS");
  const { UNAVAILABLE, server, ...others } = await channel.calls(400);
  assert.ok(isThirtyPercent(UNAVAILABLE), `${UNAVAILABLE} dropped, ${server} answered`);
  assert.deepEqual(others, {});
  await service.say("", "EDS");
  assert.deepEqual(await channel.calls(50), { server: 50 });
});
