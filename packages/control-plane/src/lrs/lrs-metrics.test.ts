import assert from "node:assert/strict";
import { test } from "node:test";
import { createRegistry } from "@hey/runtime";
import type { Reporter } from "./lrs.ts";
import { createLrsMetrics } from "./lrs-metrics.ts";

test("clients' calls add up by cluster and zone, and those in flight are of the clients there are", async () => {
  const registry = createRegistry();
  const locality = { zone: "a", subZone: "", succeeded: 9, failed: 0, inFlight: 2 };
  const reporter: Reporter = {
    nodeId: "n",
    peer: "p",
    leftOut: 0,
    counts: [{ cluster: "heyhow", dropped: 0, localities: [locality, { ...locality, subZone: "10.0.0.1:1" }] }],
  };
  let reporters = [reporter, reporter];
  const metrics = createLrsMetrics({ registry, reporters: () => reporters, isCluster: (name) => name === "heyhow" });
  metrics.counted([
    { cluster: "heyhow", zone: "a", succeeded: 10, failed: 3 },
    { cluster: "heyhow", zone: "a", succeeded: 1, failed: 0 },
    { cluster: "heyhow", dropped: 4 },
  ]);
  const text = await registry.metrics();
  for (const line of [
    'hey_lrs_calls_total{cluster="heyhow",zone="a",result="ok"} 11',
    'hey_lrs_calls_total{cluster="heyhow",zone="a",result="error"} 3',
    'hey_lrs_dropped_total{cluster="heyhow"} 4',
    'hey_lrs_calls_in_flight{cluster="heyhow",zone="a"} 8',
    "hey_lrs_clients 2",
  ])
    assert.ok(text.includes(`${line}\n`), `${line}\n${text.slice(text.indexOf("# HELP hey_lrs"))}`);
  reporters = [];
  assert.doesNotMatch(await registry.metrics(), /hey_lrs_calls_in_flight\{/);
});

test("names that clients make up make no series", async () => {
  const registry = createRegistry();
  const metrics = createLrsMetrics({ registry, reporters: () => [], isCluster: (name) => name === "heyhow" });
  for (let made = 0; made < 1_000; made++) {
    metrics.counted([
      { cluster: `made-up-${made}`, zone: "a", succeeded: 1, failed: 0 },
      { cluster: `made-up-${made}`, dropped: 1 },
      { cluster: "heyhow", zone: `made-up-${made}`, succeeded: 1, failed: 0 },
    ]);
  }
  const text = await registry.metrics();
  assert.equal(
    text.match(/^hey_lrs_calls_total\{.*result="ok"/gm)?.length,
    20 + 2,
    "zones, other zones, other clusters",
  );
  assert.ok(text.includes('hey_lrs_calls_total{cluster="heyhow",zone="other",result="ok"} 980\n'));
  assert.ok(text.includes('hey_lrs_calls_total{cluster="other",zone="other",result="ok"} 1000\n'));
  assert.ok(text.includes('hey_lrs_dropped_total{cluster="other"} 1000\n'));
});
