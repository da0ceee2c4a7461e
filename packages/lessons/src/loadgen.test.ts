import assert from "node:assert/strict";
import { test } from "node:test";
import { loadgenArgs, sampleOfReport } from "./loadgen.ts";

test("a plan in flags: so many calls, or a rate for as long as they take, or until it is stopped", () => {
  const load = (args: readonly string[]) => args.slice(args.indexOf("--warmup"), args.indexOf("-O")).join(" ");
  assert.equal(load(loadgenArgs({ calls: 200 })), "--warmup 0ms -c 8 -n 200");
  assert.equal(load(loadgenArgs({ calls: 200, perSecond: 100, warmUpMs: 500 })), "--warmup 500ms --rps 100 -z 2s");
  assert.equal(load(loadgenArgs({ perSecond: 50 })), "--warmup 0ms --rps 50 -z 600s");
  assert.equal(load(loadgenArgs({ calls: 1, headers: { a: "b" } })), "--warmup 0ms -c 8 -n 1 --metadata a=b");
});

test("a request in JSON, with 64-bit numbers as text", () => {
  const args = loadgenArgs({ calls: 1, request: { workNs: 5n, onlyAt: "x" } });
  assert.equal(args[args.indexOf("--data") + 1], '{"workNs":"5","onlyAt":"x"}');
});

test("headers that differ from call to call are refused", () => {
  assert.throws(() => loadgenArgs({ calls: 1, headers: () => ({}) }), /the same headers/);
});

test("a report is a sample: calls at no known server are kept apart, and a time that is not known is none", () => {
  const servers = [{ name: "s", version: "v1", zone: "a", address: "10.0.0.1:9999" }];
  const sample = sampleOfReport(
    {
      codes: { OK: 7, UNAVAILABLE: 3 },
      rates: { windowMs: 1_500 },
      endpoints: [{ address: "10.0.0.1:9999", codes: { OK: 6, UNAVAILABLE: 1 } }],
      latency: { response: { maxUs: 4_000, percentilesUs: { "50": 2_500, "99": null } } },
    },
    servers,
  );
  assert.deepEqual(sample, {
    calls: 10,
    failed: 3,
    nowhere: 3,
    codes: { OK: 7, UNAVAILABLE: 3 },
    shares: [{ ...servers[0], calls: 7, failed: 1 }],
    tookMs: 1_504,
    p50Ms: 2.5,
    p99Ms: undefined,
  });
});
