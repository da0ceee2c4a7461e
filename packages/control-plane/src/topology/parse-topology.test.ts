import assert from "node:assert/strict";
import { test } from "node:test";
import { everywhere, plainCluster } from "../testing/test-service.ts";
import { parseTopology } from "./parse-topology.ts";

test("a service in full", () => {
  const parsed = parseTopology(`
services:
  heyhow:
    port: 9999
    health: heyhow.v1.HeyHowService
    when_all_fail: drop
    balancing: round_robin
    retries: { codes: [unavailable, internal], attempts: 4, backoff: 0.25s }
    sources:
      - dns: server
        labels: { version: v1, zone: a }
      - static: ["127.0.0.1:40001", "[::1]:40002", 10.0.0.1]
        port: 7
`);
  assert.deepEqual(parsed, {
    ok: true,
    topology: {
      services: [
        {
          name: "heyhow",
          ...plainCluster,
          routes: everywhere({ codes: ["unavailable", "internal"], attempts: 4, backoffMs: 250 }),
          health: { service: "heyhow.v1.HeyHowService", whenAllFail: "drop" },
          sources: [
            { kind: "dns", name: "server", port: 9999, labels: { version: "v1", zone: "a" } },
            {
              kind: "static",
              addresses: [
                { host: "127.0.0.1", port: 40001 },
                { host: "::1", port: 40002 },
                { host: "10.0.0.1", port: 7 },
              ],
              labels: {},
            },
          ],
        },
      ],
    },
  });
});

test("what is left out has defaults", () => {
  const parsed = parseTopology("services: { a: { sources: [{ dns: b, port: 1 }], retries: {} } }");
  assert.deepEqual(parsed, {
    ok: true,
    topology: {
      services: [
        {
          name: "a",
          ...plainCluster,
          routes: everywhere({ codes: ["unavailable"], attempts: 3, backoffMs: 50 }),
          health: { service: "", whenAllFail: "keep" },
          sources: [{ kind: "dns", name: "b", port: 1, labels: {} }],
        },
      ],
    },
  });
});

test("how calls are spread and limited, with the defaults of what is left out", () => {
  const parsed = parseTopology(
    "services: { a: { balancing: { ring_hash: { header: x-user } }, max_calls: 7, outliers: { interval: 1s }, sources: [{ dns: b, port: 1 }] } }",
  );
  assert.ok(parsed.ok);
  const [service] = parsed.topology.services;
  assert.deepEqual(service?.balancing, { kind: "ring_hash", header: "x-user" });
  assert.equal(service?.maxCalls, 7);
  assert.deepEqual(service?.outliers, {
    intervalMs: 1_000,
    failurePercent: 50,
    minCalls: 10,
    ejectionMs: 10_000,
    maxEjectedPercent: 50,
  });
});

test("by load, with reports as often as is said", () => {
  for (const [written, reportEveryMs] of [
    ["weighted_by_load", 1_000],
    ["{ weighted_by_load: { report_every: 250ms } }", 250],
  ] as const) {
    const parsed = parseTopology(`services: { a: { balancing: ${written}, sources: [{ dns: b, port: 1 }] } }`);
    assert.ok(parsed.ok);
    assert.deepEqual(parsed.topology.services[0]?.balancing, { kind: "weighted_by_load", reportEveryMs });
  }
});

test("a Service of Kubernetes, in full and with as little as can be", () => {
  const parsed = parseTopology(`services:
  a:
    port: 7
    sources:
      - kubernetes: { service: heyhow, namespace: shop, port: grpc }
        labels: { team: x }
      - kubernetes: { service: heyhow, port: 80 }
      - kubernetes: { service: heyhow }
`);
  assert.ok(parsed.ok);
  const rest = { kind: "kubernetes", service: "heyhow", namespace: undefined, labels: {} };
  assert.deepEqual(parsed.topology.services[0]?.sources, [
    { ...rest, namespace: "shop", port: "grpc", labels: { team: "x" } },
    { ...rest, port: 80 },
    // The service's port is for sources that give only addresses: a Service knows its own.
    { ...rest, port: undefined },
  ]);
});

test("health: false means that nobody asks", () => {
  const parsed = parseTopology("services: { a: { health: false, sources: [{ dns: b, port: 1 }] } }");
  assert.ok(parsed.ok);
  assert.equal(parsed.topology.services[0]?.health.service, undefined);
});
