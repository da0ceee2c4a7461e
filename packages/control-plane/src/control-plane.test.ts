import assert from "node:assert/strict";
import { test } from "node:test";
import { Client, credentials, status } from "@grpc/grpc-js";
import { HealthService, ServingStatus } from "@hey/proto/health";
import { EndpointHealth, MeshService, type MeshStatus } from "@hey/proto/mesh";
import { callServerStream, callUnary } from "@hey/rpc";
import { startDnsServer } from "./discovery/dns-server.ts";
import { openStream } from "./testing/ads-script.ts";
import { runControlPlane } from "./testing/running-control-plane.ts";
import { requestOf } from "./testing/session-script.ts";
import { openChannel, startBackend } from "./testing/xds-world.ts";
import { formatAddress, type SocketAddress } from "./topology/topology.ts";

const deadlineMs = 5_000;

function meshOf(addresses: readonly SocketAddress[], more = ""): string {
  return `services:
  heyhow:
    health: false
${more}    sources:
      - static: [${addresses.map((each) => `"${formatAddress(each)}"`).join(", ")}]
        labels: { version: v1 }
`;
}

test("a real client calls each server in turn, and a new one as soon as mesh.yaml says so", async () => {
  await using one = await startBackend("one");
  await using two = await startBackend("two");
  await using three = await startBackend("three");
  await using control = await runControlPlane(meshOf([one.address, two.address]));
  using channel = openChannel(control.ads, "xds:///heyhow");
  await channel.callUntil("two");
  await channel.callUntil("one");
  assert.deepEqual(await channel.calls(40), { one: 20, two: 20 });
  await control.replaceMesh(meshOf([one.address, two.address, three.address]));
  await channel.callUntil("three");
  await control.replaceMesh(meshOf([three.address]));
  await control.logged({ event: "ack", type: "EDS" }, control.log.length);
  assert.deepEqual(await channel.calls(20), { three: 20 });
});

test("a mesh.yaml with three mistakes is three lines, and the last good one stays in force", async () => {
  await using one = await startBackend("one");
  await using control = await runControlPlane(meshOf([one.address]));
  using channel = openChannel(control.ads, "xds:///heyhow");
  await channel.callUntil("one");
  await control.replaceMesh(`services:
  heyhow:
    balancing: maglev
    retries: { attempts: 99 }
    sources: [{ dns: server, port: 0 }]
`);
  await control.logged({ event: "mesh-error" });
  const errors = control.log.filter(({ event }) => event === "mesh-error").map(({ error }) => String(error));
  assert.deepEqual(
    errors.map((error) => error.slice(control.mesh.length).split(" ", 2)),
    [
      [":3:16", "services.heyhow.balancing:"],
      [":4:26", "services.heyhow.retries.attempts:"],
      [":5:36", "services.heyhow.sources.0.port:"],
    ],
  );
  assert.deepEqual(await channel.calls(10), { one: 10 });
  const { configErrors } = await statusOf(control.meshService);
  assert.deepEqual(configErrors, errors);
});

test("what the parser takes and clients would refuse is told like any other mistake, and nothing is held up", async () => {
  await using one = await startBackend("one");
  await using two = await startBackend("two");
  await using control = await runControlPlane(meshOf([one.address]));
  using channel = openChannel(control.ads, "xds:///heyhow");
  await channel.callUntil("one");
  await control.replaceMesh(meshOf([one.address], `    routes: [{ to: { version: ${"1".repeat(600)}a } }]\n`));
  const { error } = await control.logged({ event: "mesh-error" });
  const words = /:3:5 services\.heyhow: CDS heyhow\/version=1+… has a name of 616 characters, of at most 512$/;
  assert.match(String(error), words);
  const { configErrors } = await statusOf(control.meshService);
  assert.deepEqual(configErrors, [error]);
  assert.deepEqual(await channel.calls(5), { one: 5 });
  await control.replaceMesh(meshOf([two.address]));
  await channel.callUntil("two");
  assert.deepEqual((await statusOf(control.meshService)).configErrors, []);
});

test("retries that mesh.yaml asks for are made by the client, on another server", async () => {
  await using good = await startBackend("good");
  await using bad = await startBackend("bad", status.UNAVAILABLE);
  await using control = await runControlPlane(meshOf([good.address, bad.address]));
  using channel = openChannel(control.ads, "xds:///heyhow");
  await channel.callUntil("good");
  await channel.callUntil("UNAVAILABLE");
  const from = control.log.length;
  await control.replaceMesh(
    meshOf([good.address, bad.address], "    retries: { codes: [unavailable], attempts: 4, backoff: 1ms }\n"),
  );
  await control.logged({ event: "ack", type: "RDS" }, from);
  const before = bad.calls;
  assert.deepEqual(await channel.calls(20), { good: 20 });
  assert.ok(bad.calls > before, "no call was made twice");
});

test("a control plane that dies and comes back fails no call, and a server added afterwards is found", async () => {
  await using one = await startBackend("one");
  await using two = await startBackend("two");
  const first = await runControlPlane(meshOf([one.address]));
  using channel = openChannel(first.ads, "xds:///heyhow");
  await channel.callUntil("one");
  await first[Symbol.asyncDispose]();
  assert.deepEqual(await channel.calls(50), { one: 50 });
  await using second = await runControlPlane(meshOf([one.address]), { ads: first.ads });
  await second.logged({ event: "client-connected" });
  await second.logged({ event: "ack", type: "EDS" });
  assert.deepEqual(await channel.calls(50), { one: 50 });
  assert.deepEqual(versionsIn(second.log), versionsIn(first.log), "what did not change has another version");
  await second.replaceMesh(meshOf([one.address, two.address]));
  await channel.callUntil("two");
});

test("servers are found by DNS, and calls go to those whose health check passes", async () => {
  await using server = await startBackend("server");
  const { port } = server.address;
  using dns = await startDnsServer(() => ["127.0.0.1", "127.0.0.2"]);
  const meshYaml = `services: { heyhow: { port: ${port}, health: "", sources: [{ dns: server, labels: { zone: a } }] } }`;
  await using control = await runControlPlane(meshYaml, { dnsServer: dns.address });
  using channel = openChannel(control.ads, "xds:///heyhow");
  await channel.callUntil("server");
  const { services } = await statusOf(control.meshService);
  const labels = { zone: "a" };
  assert.deepEqual(services, [
    {
      name: "heyhow",
      balancing: "round_robin",
      endpoints: [
        { address: `127.0.0.1:${port}`, health: EndpointHealth.HEALTHY, source: "dns:server", labels, weight: 1 },
        { address: `127.0.0.2:${port}`, health: EndpointHealth.UNHEALTHY, source: "dns:server", labels, weight: 1 },
      ],
      panic: false,
      unknown: false,
    },
  ]);
});

test("a refusal is logged with the client's words, shown in the status, counted, and not sent again", async () => {
  await using control = await runControlPlane(meshOf([{ host: "127.0.0.1", port: 1 }]));
  const client = new Client(control.ads, credentials.createInsecure());
  const stream = openStream(client);
  stream.send(requestOf("CDS", ["heyhow"], { userAgent: "gRPC Go" }));
  const { nonce, versionInfo } = await stream.next();
  stream.send(requestOf("CDS", ["heyhow"], { nonce, error: "I do not like it" }));
  const line = await control.logged({ event: "nack" });
  assert.deepEqual(
    [line["level"], line["type"], line["names"], line["version"], line["words"], line["node"]],
    ["warn", "CDS", ["heyhow"], versionInfo, "I do not like it", "n"],
  );
  const { clients } = await statusOf(control.meshService);
  const resources = [
    {
      type: "CDS",
      names: ["heyhow"],
      moreNames: 0,
      sentVersion: versionInfo,
      ackedVersion: "",
      nack: "I do not like it",
    },
  ];
  assert.deepEqual(
    clients.map((each) => [each.nodeId, each.resources]),
    [["n", resources]],
  );
  const metrics = await (await fetch(`http://${control.adminHttp}/metrics`)).text();
  for (const figure of [
    "hey_ads_clients 1",
    'hey_ads_pushes_total{type="CDS"} 1',
    'hey_ads_nacks_total{type="CDS"} 1',
  ]) {
    assert.ok(metrics.includes(`\n${figure}\n`), figure);
  }
  client.close();
});

test("WatchStatus tells the state at once, and again when a client comes and goes", async () => {
  await using control = await runControlPlane(meshOf([]));
  const operator = new Client(control.meshService ?? assert.fail(), credentials.createInsecure());
  const statuses = callServerStream(operator, MeshService.watchStatus, {}, { deadlineMs });
  const until = async (clients: number) => {
    for (;;) {
      const { value } = await statuses.next();
      if (value?.status?.clients.length === clients) return value.status;
    }
  };
  assert.notEqual((await until(0)).version, "");
  const client = new Client(control.ads, credentials.createInsecure());
  const stream = openStream(client);
  stream.send(requestOf("LDS", ["heyhow"]));
  await until(1);
  stream.call.cancel();
  await until(0);
  await statuses.return();
  operator.close();
  client.close();
});

test("the ADS port says SERVING and the admin port says ready once there is a snapshot", async () => {
  await using control = await runControlPlane(meshOf([]));
  const client = new Client(control.ads, credentials.createInsecure());
  const answer = await callUnary(client, HealthService.check, { service: "" }, { deadlineMs });
  assert.equal(answer.status, ServingStatus.SERVING);
  assert.equal((await fetch(`http://${control.adminHttp}/readyz`)).status, 200);
  client.close();
});

function versionsIn(log: readonly Readonly<Record<string, unknown>>[]): unknown[] {
  const pushed = log.filter(({ event }) => event === "push").map(({ type, version }) => `${type} ${version}`);
  return [...new Set(pushed)].sort();
}

async function statusOf(address: string | undefined): Promise<MeshStatus> {
  const client = new Client(address ?? assert.fail("no MeshService"), credentials.createInsecure());
  const { status: now } = await callUnary(client, MeshService.getStatus, {}, { deadlineMs });
  client.close();
  return now ?? assert.fail("no status");
}
