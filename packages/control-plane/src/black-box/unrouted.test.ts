import assert from "node:assert/strict";
import { test } from "node:test";
import { runControlPlane } from "../testing/running-control-plane.ts";
import { openChannel, startBackend } from "../testing/xds-world.ts";
import { formatAddress } from "../topology/topology.ts";

// A real client goes on naming a cluster to which no route leads any more (E17), and the control plane that it names it to is another one.

test("E17 mended: a split that comes back after its faults, and after another control plane, fails no call", async () => {
  await using one = await startBackend("v1");
  await using two = await startBackend("v2");
  const meshOf = (routes: string) => `services:
  heyhow:
    health: false
    sources:
      - { static: ["${formatAddress(one.address)}"], labels: { version: v1 } }
      - { static: ["${formatAddress(two.address)}"], labels: { version: v2 } }
${routes}`;
  const split = (more = "") =>
    meshOf(`    routes:
      - split: [{ to: { version: v1 }, weight: 50 }, { to: { version: v2 }, weight: 50 }]
${more}`);
  const control = await runControlPlane(split("        fault: { abort: { percent: 50, code: UNAVAILABLE } }\n"));
  using channel = openChannel(control.ads, "xds:///heyhow");
  const faulty = await channel.calls(60);
  assert.ok((faulty["UNAVAILABLE"] ?? 0) > 0 && (faulty["v1"] ?? 0) > 0 && (faulty["v2"] ?? 0) > 0);
  const from = control.log.length;
  await control.replaceMesh(meshOf(""));
  await control.logged({ event: "ack", type: "RDS" }, from);
  await channel.calls(20);
  await control[Symbol.asyncDispose]();

  await using next = await runControlPlane(meshOf(""), { ads: control.ads });
  await next.logged({ event: "ack", type: "EDS" });
  const before = next.log.length;
  await next.replaceMesh(split());
  // The clusters are announced, and then meant.
  const announced = await next.logged({ event: "ack", type: "RDS" }, before);
  await next.logged({ event: "ack", type: "RDS" }, next.log.indexOf(announced) + 1);
  const tally = await channel.calls(200);
  assert.deepEqual(Object.keys(tally).sort(), ["v1", "v2"], JSON.stringify(tally));
});
