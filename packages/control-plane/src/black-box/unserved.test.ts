import assert from "node:assert/strict";
import { test } from "node:test";
import { runControlPlane } from "../testing/running-control-plane.ts";
import { openChannel, startBackend } from "../testing/xds-world.ts";
import { formatAddress, type SocketAddress } from "../topology/topology.ts";

// What a real client makes of a service that is not in mesh.yaml: not any more, not yet, or by a slip of the pen.

function serviceAt(name: string, address: SocketAddress): string {
  return `  ${name}:
    health: false
    sources:
      - { static: ["${formatAddress(address)}"], labels: { version: v1 } }
`;
}

test("E6 mended: a call to a service that is not there fails at once, and the service is found as soon as it is", async () => {
  await using one = await startBackend("one");
  await using control = await runControlPlane(`services:\n${serviceAt("other", one.address)}`);
  using channel = openChannel(control.ads, "xds:///heyhow");
  assert.equal(await channel.call(), "UNAVAILABLE");
  await control.replaceMesh(`services:\n${serviceAt("other", one.address)}${serviceAt("heyhow", one.address)}`);
  await channel.callUntil("one");
});

test("E3 mended: a service that was taken out and comes back as it was is called again, by whichever control plane", async () => {
  await using one = await startBackend("one");
  const without = `services:\n${serviceAt("other", one.address)}`;
  const whole = `${without}${serviceAt("heyhow", one.address)}`;
  const control = await runControlPlane(whole);
  using channel = openChannel(control.ads, "xds:///heyhow");
  await channel.callUntil("one");
  await control.replaceMesh(without);
  await channel.callUntil("UNAVAILABLE");
  await control.replaceMesh(whole);
  await channel.callUntil("one");
  await control.replaceMesh(without);
  await channel.callUntil("UNAVAILABLE");
  await control[Symbol.asyncDispose]();

  await using next = await runControlPlane(without, { ads: control.ads });
  await next.logged({ event: "client-connected" });
  await next.replaceMesh(whole);
  await channel.callUntil("one");
});

test("E3 mended: a service that was taken out while there was no control plane comes back as it was", async () => {
  await using one = await startBackend("one");
  const without = `services:\n${serviceAt("other", one.address)}`;
  const whole = `${without}${serviceAt("heyhow", one.address)}`;
  const control = await runControlPlane(whole);
  using channel = openChannel(control.ads, "xds:///heyhow");
  await channel.callUntil("one");
  await control[Symbol.asyncDispose]();

  await using next = await runControlPlane(without, { ads: control.ads });
  await next.logged({ event: "client-connected" });
  await channel.callUntil("UNAVAILABLE");
  await next.replaceMesh(whole);
  await channel.callUntil("one");
});

test("E17 mended: so does one whose cluster a client has named ever since a fault aborted a call on its way there", async () => {
  await using one = await startBackend("one");
  const without = `services:\n${serviceAt("other", one.address)}`;
  const whole = `${without}${serviceAt("heyhow", one.address)}`;
  const control = await runControlPlane(`${whole}    fault: { abort: { percent: 50, code: DATA_LOSS } }\n`);
  using channel = openChannel(control.ads, "xds:///heyhow");
  await channel.callUntil("DATA_LOSS");
  await channel.callUntil("one");
  await control[Symbol.asyncDispose]();

  await using next = await runControlPlane(without, { ads: control.ads });
  await next.logged({ event: "client-connected" });
  await channel.callUntil("UNAVAILABLE");
  const from = next.log.length;
  await next.replaceMesh(whole);
  await next.logged({ event: "ack", type: "RDS" }, from);
  await channel.callUntil("one");
});
