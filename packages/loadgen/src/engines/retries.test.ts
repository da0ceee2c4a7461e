import assert from "node:assert/strict";
import { test } from "node:test";
import { status } from "@grpc/grpc-js";
import { StatusError } from "@hey/rpc";
import { report, runLoadgen } from "../testing/run-loadgen.ts";
import { startTestServer } from "../testing/test-server.ts";

/** A server that fails the first attempt of each call. */
async function startShaky() {
  const seen = new Set<bigint>();
  return await startTestServer({
    say({ count }) {
      if (seen.has(count)) return;
      seen.add(count);
      throw new StatusError(status.UNAVAILABLE, "try again");
    },
  });
}

const numbered = ["-d", '{"count":"{{.RequestNumber}}"}', "-n", "20", "-c", "4"];

for (const args of [[], ["--engine", "grpc-js"]]) {
  test(`T33: without --retries a failed attempt is a failed call (${args.join(" ") || "wire"})`, async () => {
    await using server = await startShaky();
    const { codes, accounting, caveats } = await report([...args, ...numbered, server.address]);
    assert.deepEqual(codes, { UNAVAILABLE: 20 });
    assert.equal(accounting.retries, 0);
    assert.equal(server.calls.length, 20);
    assert.ok(!caveats.some((caveat) => caveat.includes("attempts")));
  });
}

test("T33: with --retries more attempts than calls are shown", async () => {
  await using server = await startShaky();
  const { codes, accounting, caveats, target, latency } = await report([...numbered, "--retries", "1", server.address]);
  assert.equal(target.engine, "grpc-js");
  assert.deepEqual(codes, { OK: 20 });
  assert.equal(latency.response.count, 20);
  assert.equal(accounting.retries, 20);
  assert.equal(server.calls.length, 40);
  assert.ok(
    caveats.some((caveat) => caveat.startsWith("40 attempts were made for 20 calls:")),
    caveats.join("\n"),
  );
});

test("T33: retries that the engine or the target has none of are wrong settings", async () => {
  for (const [args, words] of [
    [["--engine", "wire", "a:1"], /--retries: wire makes none/],
    [["xds:///a"], /--retries: on xds targets the control plane decides/],
  ] as const) {
    const { code, stderr } = await runLoadgen(["--retries", "1", ...args]);
    assert.equal(code, 2);
    assert.match(stderr, words);
  }
});
