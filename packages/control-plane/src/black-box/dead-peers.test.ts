import assert from "node:assert/strict";
import { test } from "node:test";
import { Client, credentials } from "@grpc/grpc-js";
import { channelOptions, usualKeepalive } from "../channel-options.ts";
import { openStream } from "../testing/ads-script.ts";
import { runControlPlane } from "../testing/running-control-plane.ts";
import { requestOf } from "../testing/session-script.ts";
import { openWireTap } from "../testing/wire-tap.ts";
import { openChannel, startBackend } from "../testing/xds-world.ts";
import { formatAddress } from "../topology/topology.ts";

// What a connection may cost, and how it ends.

function meshAt(address: string): string {
  return `services: { heyhow: { health: false, sources: [{ static: ["${address}"] }] } }`;
}

test("a client that is gone without a word is let go; it goes on with what it knows", async () => {
  await using one = await startBackend("one");
  await using control = await runControlPlane(meshAt(formatAddress(one.address)), {}, { everyMs: 20, patienceMs: 300 });
  await using tap = await openWireTap(control.ads);
  using channel = openChannel(tap.address, "xds:///heyhow");
  await channel.callUntil("one");
  tap.cut();
  await control.logged({ event: "client-gone" });
  assert.deepEqual(await channel.calls(10), { one: 10 });
});

test("rule 12: a client that answers is kept, however long there is nothing to say to it", async () => {
  await using one = await startBackend("one");
  await using control = await runControlPlane(
    meshAt(formatAddress(one.address)),
    {},
    { everyMs: 20, patienceMs: 5_000 },
  );
  await using tap = await openWireTap(control.ads);
  using channel = openChannel(tap.address, "xds:///heyhow");
  await channel.callUntil("one");
  for await (const count of tap.pings.watch(AbortSignal.timeout(10_000))) if (count >= 20) break;
  assert.ok(tap.pings.value >= 20, `${tap.pings.value} pings`);
  assert.equal(control.log.filter(({ event }) => event === "client-connected").length, 1);
  assert.ok(!control.log.some(({ event }) => event === "client-gone"));
});

test("rule 12: connections end of no age", () => {
  const ages = Object.keys(channelOptions(usualKeepalive)).filter((option) => option.includes("max_connection"));
  assert.deepEqual(ages, []);
});

test("one connection has a thousand streams; the next one waits until one ends", async () => {
  await using control = await runControlPlane(meshAt("127.0.0.1:1"));
  const client = new Client(control.ads, credentials.createInsecure());
  try {
    const streams = Array.from({ length: 1_000 }, () => openStream(client));
    for (const stream of streams) stream.send(requestOf("LDS", ["heyhow"]));
    await Promise.all(streams.map((stream) => stream.next()));
    const [first, second] = streams;
    const late = openStream(client);
    late.send(requestOf("LDS", ["heyhow"]));
    const answered = late.next();
    // What is asked after it on the same connection is answered before it.
    second?.send(requestOf("CDS", ["heyhow"]));
    await second?.next();
    const connected = () => control.log.filter(({ event }) => event === "client-connected").length;
    assert.equal(connected(), 1_000);
    first?.call.end();
    first?.call.resume();
    await answered;
    assert.equal(connected(), 1_001);
  } finally {
    client.close();
  }
});
