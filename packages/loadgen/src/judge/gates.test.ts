import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { status } from "@grpc/grpc-js";
import { StatusError } from "@hey/rpc";
import { report, runLoadgen } from "../testing/run-loadgen.ts";
import { startTestServer } from "../testing/test-server.ts";

test("a threshold that holds is exit code 0, one that does not 99, and both are in the report", async () => {
  await using server = await startTestServer();
  const args = ["-n", "200", "-c", "4", "--threshold", "response.p50<20s", server.address];
  const good = await report(args);
  assert.equal(good.code, 0);
  const bad = await report([...args, "--threshold", "response.p50<1us", "--threshold", "errors<1%"]);
  assert.equal(bad.code, 99);
  assert.deepEqual(
    bad.thresholds.map(({ expression, passed }) => [expression, passed]),
    [
      ["response.p50<20s", true],
      ["response.p50<1us", false],
      ["errors<1%", true],
    ],
  );
});

test("the printed report says which threshold failed, and what was observed", async () => {
  await using server = await startTestServer();
  const { stdout, code } = await runLoadgen(["-n", "20", "--threshold", "errors>50%", "-q", server.address]);
  assert.equal(code, 99);
  assert.match(stdout, /FAILED {2}errors>50% {2}\(observed 0\.00 %\)/);
});

test("a condition to abort on ends the run early: exit code 98, a partial report that says why", async () => {
  await using server = await startTestServer({
    say: () => {
      throw new StatusError(status.UNAVAILABLE, "not today");
    },
  });
  const { code, run, caveats } = await report(["--rps", "50", "-z", "60s", "--abort-on", "errors>50%", server.address]);
  assert.equal(code, 98);
  assert.equal(run.endReason, "aborted");
  assert.equal(run.partial, true);
  assert.ok(caveats.includes("aborted because this held: errors>50%"));
});

test("what holds in the drain alone aborts nothing: the run was whole, and nothing says otherwise", async () => {
  await using server = await startTestServer({
    say: async () => {
      await setTimeout(700);
    },
  });
  const args = ["--rps", "20", "-z", "600ms", "--abort-on", "response.p50>500ms", server.address];
  const { code, run, caveats } = await report(args);
  assert.deepEqual([code, run.endReason, run.partial], [0, "duration", false]);
  assert.doesNotMatch(caveats.join(), /aborted/);
});

test("T7: a generator that stands still is called saturated, and with the flag that is exit code 97", async () => {
  await using server = await startTestServer();
  const running = report(["--rps", "100", "-z", "1s", "--fail-on-saturation", server.address]);
  while (server.calls.length < 30) await new Promise(setImmediate);
  const until = performance.now() + 300;
  while (performance.now() < until);
  const { code, generator, latency } = await running;
  assert.equal(generator.verdict, "saturated");
  assert.equal(code, 97);
  assert.ok(latency.response.maxUs >= 280_000, `${latency.response.maxUs}`);
});

test("a wrong condition is a wrong setting", async () => {
  const { code, stderr } = await runLoadgen(["--threshold", "p99<5", "--abort-on", "response.p95>1s", "127.0.0.1:1"]);
  assert.equal(code, 2);
  assert.match(stderr, /--threshold: expected .* got "p99<5"/);
  assert.match(stderr, /--abort-on: expected .* got "response\.p95>1s"/);
});
