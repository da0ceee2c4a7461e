import assert from "node:assert/strict";
import { test } from "node:test";
import { runControlPlane } from "../testing/running-control-plane.ts";
import { openChannel, startBackend } from "../testing/xds-world.ts";
import { formatAddress } from "../topology/topology.ts";

// What routes in mesh.yaml do to the calls of a real client, live.

async function startCanary() {
  const backends = [await startBackend("v1"), await startBackend("v2")] as const;
  const meshOf = (routes: string) => `services:
  heyhow:
    health: false
    sources:
      - { static: ["${formatAddress(backends[0].address)}"], labels: { version: v1 } }
      - { static: ["${formatAddress(backends[1].address)}"], labels: { version: v2 } }
    routes:
${routes}`;
  return {
    meshOf,
    async [Symbol.asyncDispose]() {
      for (const backend of backends) await backend[Symbol.asyncDispose]();
    },
  };
}

const all = (version: string) => `      - { to: { version: ${version} } }\n`;
const split = (v1: number, v2: number) =>
  `      - split: [{ to: { version: v1 }, weight: ${v1} }, { to: { version: v2 }, weight: ${v2} }]\n`;

test("a split shares the calls out by weight, and a new weight is followed", async () => {
  await using canary = await startCanary();
  await using control = await runControlPlane(canary.meshOf(split(90, 10)));
  using channel = openChannel(control.ads, "xds:///heyhow");
  await channel.callUntil("v2");
  const before = await channel.calls(500);
  // 500 draws of 10 %: 50, and beyond 20 and 90 once in a million.
  assert.ok(isWithin(before["v2"], 20, 90), JSON.stringify(before));
  const from = control.log.length;
  await control.replaceMesh(canary.meshOf(split(10, 90)));
  await control.logged({ event: "ack", type: "RDS" }, from);
  const after = await channel.calls(500);
  assert.ok(isWithin(after["v1"], 20, 90), JSON.stringify(after));
});

test("a call goes where its headers say, another one where the rest goes", async () => {
  await using canary = await startCanary();
  const routes = `      - { match: { headers: { x-canary: { exact: "yes" } } }, to: { version: v2 } }\n${all("v1")}`;
  await using control = await runControlPlane(canary.meshOf(routes));
  using channel = openChannel(control.ads, "xds:///heyhow");
  assert.deepEqual(await channel.calls(20), { v1: 20 });
  assert.deepEqual(await channel.calls(20, { "x-canary": "yes" }), { v2: 20 });
  assert.deepEqual(await channel.calls(20, { "x-canary": "no" }), { v1: 20 });
});

test("a call goes where its path says", async () => {
  await using canary = await startCanary();
  const routes = `      - { match: { path: /heyhow.v1.HeyHowService/Say }, to: { version: v2 } }\n${all("v1")}`;
  await using control = await runControlPlane(canary.meshOf(routes));
  using channel = openChannel(control.ads, "xds:///heyhow");
  assert.deepEqual(await channel.calls(20), { v2: 20 });
});

for (const [match, headers, taken] of [
  ["prefix: /heyhow.v1.", {}, true],
  ["prefix: /heyhow.v2.", {}, false],
  ["regex: '/x|/heyhow[.].*'", {}, true],
  // grpc-js-xds by itself would take the end of the one and the beginning of the other for the whole.
  ["regex: '/heyhow.v1.HeyHowService/S|/x'", {}, false],
  ["headers: { x-a: { prefix: ye } }", { "x-a": "yes" }, true],
  ["headers: { x-a: { prefix: ye } }", { "x-a": "no" }, false],
  ["headers: { x-a: { regex: 'yes|on' } }", { "x-a": "yes" }, true],
  ["headers: { x-a: { regex: 'yes|on' } }", { "x-a": "on" }, true],
  ["headers: { x-a: { regex: 'yes|on' } }", { "x-a": "yesterday" }, false],
  ["headers: { x-a: { regex: 'yes|on' } }", { "x-a": "moon" }, false],
  ["headers: { x-a: { regex: '(?i)YES' } }", { "x-a": "yes" }, true],
  ["headers: { x-a: { present: true } }", { "x-a": "" }, true],
  ["headers: { x-a: { present: true } }", {}, false],
  ["headers: { x-a: { present: false } }", {}, true],
  ["headers: { x-a: { present: false } }", { "x-a": "1" }, false],
  ["headers: { x-a: { present: false }, x-b: { exact: b } }", { "x-b": "b" }, true],
  ["headers: { x-a: { present: false }, x-b: { exact: b } }", {}, false],
] as const) {
  test(`a route of { ${match} } ${taken ? "takes" : "leaves"} a call with ${JSON.stringify(headers)}`, async () => {
    await using canary = await startCanary();
    const routes = `      - { match: { ${match} }, to: { version: v2 } }\n${all("v1")}`;
    await using control = await runControlPlane(canary.meshOf(routes));
    using channel = openChannel(control.ads, "xds:///heyhow");
    assert.deepEqual(await channel.calls(5, headers), { [taken ? "v2" : "v1"]: 5 });
  });
}

test("a route's timeout ends calls that last longer", async () => {
  await using canary = await startCanary();
  await using control = await runControlPlane(canary.meshOf("      - { timeout: 1s, to: { version: v1 } }\n"));
  using channel = openChannel(control.ads, "xds:///heyhow");
  assert.deepEqual(await channel.calls(5), { v1: 5 });
  const from = control.log.length;
  await control.replaceMesh(canary.meshOf("      - { timeout: 100ms, to: { version: v1 } }\n"));
  await control.logged({ event: "ack", type: "RDS" }, from);
  const startedAt = performance.now();
  assert.deepEqual(await channel.calls(1, { "x-slow": "1" }), { DEADLINE_EXCEEDED: 1 });
  assert.ok(performance.now() - startedAt < 4_000, "it was the call's own deadline");
});

test("make before break: routes move to and fro between clusters and no call fails", async () => {
  await using canary = await startCanary();
  await using control = await runControlPlane(canary.meshOf(all("v1")));
  using channel = openChannel(control.ads, "xds:///heyhow");
  await channel.callUntil("v1");
  const stop = new AbortController();
  const calling = (async () => {
    const tally: Record<string, number> = {};
    while (!stop.signal.aborted) {
      const said = await channel.call();
      tally[said] = (tally[said] ?? 0) + 1;
    }
    return tally;
  })();
  for (const [routes, answered] of [
    [all("v2"), "v2"],
    [split(1, 1), "v1"],
    [all("v1"), "v1"],
    ["      - {}\n", "v2"],
    [all("v2"), "v2"],
  ] as const) {
    const from = control.log.length;
    await control.replaceMesh(canary.meshOf(routes));
    await control.logged({ event: "ack", type: "RDS" }, from);
    await channel.callUntil(answered);
  }
  stop.abort();
  assert.deepEqual(Object.keys(await calling).sort(), ["v1", "v2"]);
});

function isWithin(value: number | undefined, least: number, most: number): boolean {
  return value !== undefined && value >= least && value <= most;
}
