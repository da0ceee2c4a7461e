import assert from "node:assert/strict";
import { test } from "node:test";
import { Client, credentials, status } from "@grpc/grpc-js";
import { MeshService, type MeshStatus } from "@hey/proto/mesh";
import { LoadReportingService, LoadStatsRequest } from "@hey/proto/xds";
import { callServerStream } from "@hey/rpc";
import { statusText } from "../operate/status-text.ts";
import { openStream } from "../testing/ads-script.ts";
import { openRawStream } from "../testing/raw-stream.ts";
import { runControlPlane } from "../testing/running-control-plane.ts";
import { requestOf } from "../testing/session-script.ts";
import { openChannel, startBackend } from "../testing/xds-world.ts";
import { formatAddress } from "../topology/topology.ts";

// What the control plane hears from clients of their calls, a real one and raw ones.

type Backend = Awaited<ReturnType<typeof startBackend>>;
type Control = Awaited<ReturnType<typeof runControlPlane>>;

function meshOf({ address }: Backend, more = ""): string {
  const source = `{ static: ["${formatAddress(address)}"], labels: { zone: z } }`;
  return `services: { heyhow: { health: false, sources: [${source}], localities: [{ zone: z }]${more} } }`;
}

/** The first status that is such. */
async function untilStatus(control: Control, good: (status: MeshStatus) => boolean): Promise<MeshStatus> {
  const client = new Client(control.meshService ?? assert.fail(), credentials.createInsecure());
  using _closing = { [Symbol.dispose]: () => client.close() };
  for await (const { status } of callServerStream(client, MeshService.watchStatus, {}, { deadlineMs: 5_000 })) {
    if (status !== undefined && good(status)) return status;
  }
  return assert.fail("the stream ended");
}

/** All calls of the one client there is: ended well, failed, in flight. */
function totals({ calls }: MeshStatus): number[] {
  const all = calls.flatMap(({ clusters }) => clusters.flatMap(({ localities }) => localities));
  const sum = (numbers: readonly bigint[]) => Number(numbers.reduce((total, each) => total + each, 0n));
  return [
    sum(all.map(({ succeeded }) => succeeded)),
    sum(all.map(({ failed }) => failed)),
    sum(all.map(({ inFlight }) => inFlight)),
  ];
}

test("a client's calls are in the status and in the metrics, and forgotten when its channel is closed", async () => {
  await using one = await startBackend("one");
  await using control = await runControlPlane(meshOf(one));
  {
    using channel = openChannel(control.ads, "xds:///heyhow");
    assert.deepEqual(await channel.calls(10), { one: 10 });
    for (let failing = 0; failing < 3; failing++)
      assert.equal(await channel.call(30, { "x-slow": "1" }), "DEADLINE_EXCEEDED");
    const slow = channel.call(10_000, { "x-slow": "1" });
    const during = await untilStatus(control, (now) => String(totals(now)) === "10,3,1");
    assert.equal(during.calls[0]?.nodeId, "test");
    assert.match(statusText(during), /\n {2}test {2}127\.0\.0\.1:\d+ {2}heyhow {3}z {5}10 {2}3 {7}1 {10}0/);
    await one[Symbol.asyncDispose]();
    assert.notEqual(await slow, "one");
    await untilStatus(control, (now) => String(totals(now)) === "10,4,0");
  }
  await untilStatus(control, ({ calls }) => calls.length === 0);
  const metrics = await (await fetch(`http://${control.adminHttp}/metrics`)).text();
  for (const [result, calls] of Object.entries({ ok: 10, error: 4 })) {
    assert.ok(
      metrics.includes(`hey_lrs_calls_total{cluster="heyhow",zone="z",result="${result}"} ${calls}\n`),
      metrics,
    );
  }
});

test("calls that a client drops are counted", async () => {
  await using one = await startBackend("one");
  await using control = await runControlPlane(meshOf(one, ", drop_percent: 100"));
  using channel = openChannel(control.ads, "xds:///heyhow");
  assert.deepEqual(await channel.calls(5), { UNAVAILABLE: 5 });
  const { calls } = await untilStatus(control, (now) => now.calls[0]?.clusters[0]?.dropped === 5n);
  assert.deepEqual(calls[0]?.clusters, [{ cluster: "heyhow", dropped: 5n, localities: [] }]);
});

test("a control plane that comes back hears of the calls that were made without it", async () => {
  await using one = await startBackend("one");
  await using first = new AsyncDisposableStack();
  const before = first.use(await runControlPlane(meshOf(one)));
  using channel = openChannel(before.ads, "xds:///heyhow");
  assert.deepEqual(await channel.calls(3), { one: 3 });
  await untilStatus(before, (now) => String(totals(now)) === "3,0,0");
  await first.disposeAsync();
  assert.deepEqual(await channel.calls(4), { one: 4 });
  await using after = await runControlPlane(meshOf(one), { ads: before.ads });
  await untilStatus(after, (now) => String(totals(now)) === "4,0,0");
  channel[Symbol.dispose]();
});

test("a report stream ends well with the last ADS stream of its connection, not before", async () => {
  await using one = await startBackend("one");
  await using control = await runControlPlane(meshOf(one));
  const client = new Client(control.ads, credentials.createInsecure());
  using _closing = { [Symbol.dispose]: () => client.close() };
  const [first, second] = [openStream(client), openStream(client)];
  for (const each of [first, second]) {
    each.send(requestOf("LDS", ["heyhow"]));
    await each.next();
  }
  const reports = openRawStream(client, LoadReportingService.streamLoadStats);
  reports.send(LoadStatsRequest.fromPartial({ node: { id: "raw" } }));
  await reports.next();
  first.call.cancel();
  await untilStatus(control, ({ clients }) => clients.length === 1);
  const upstreamLocalityStats = [{ totalSuccessfulRequests: 7n }];
  reports.send(LoadStatsRequest.fromPartial({ clusterStats: [{ clusterName: "heyhow", upstreamLocalityStats }] }));
  await untilStatus(control, (now) => String(totals(now)) === "7,0,0");
  second.call.cancel();
  assert.equal((await reports.ended).code, status.OK);
  await untilStatus(control, ({ calls }) => calls.length === 0);
});

test("a report that is too large ends its stream, and ADS goes on", async () => {
  await using one = await startBackend("one");
  await using control = await runControlPlane(meshOf(one));
  const client = new Client(control.ads, credentials.createInsecure());
  using _closing = { [Symbol.dispose]: () => client.close() };
  const reports = openRawStream(client, LoadReportingService.streamLoadStats);
  reports.send(LoadStatsRequest.fromPartial({ clusterStats: [{ clusterName: "x".repeat(2 ** 20) }] }));
  assert.equal((await reports.ended).code, status.RESOURCE_EXHAUSTED);
  const ads = openStream(client);
  ads.send(requestOf("LDS", ["heyhow"]));
  assert.equal((await ads.next()).resources.length, 1);
});
