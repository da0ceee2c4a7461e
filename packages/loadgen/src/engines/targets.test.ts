import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { networkInterfaces, tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { report } from "../testing/run-loadgen.ts";
import { startTestServer } from "../testing/test-server.ts";

const hasIpv6 = Object.values(networkInterfaces()).some((each) => each?.some(({ address }) => address === "::1"));
const noIpv6 = hasIpv6 ? false : "SKIPPED: this machine has no IPv6, so that none of its addresses could be called";

for (const engine of ["wire", "grpc-js"]) {
  test(`${engine}: calls IPv6 addresses, by themselves, in a list and as a name`, { skip: noIpv6 }, async () => {
    await using server = await startTestServer({ address: "[::1]:0" });
    const { address } = server;
    assert.match(address, /^\[::1\]:\d+$/);
    for (const target of [address, `ipv6:${address}`, `dns:///${address}`]) {
      const made = await report(["--engine", engine, "-n", "2", target]);
      assert.deepEqual([made.code, made.codes], [0, { OK: 2 }], target);
      assert.deepEqual(
        made.endpoints.map((each) => each.address),
        [address],
        target,
      );
    }
    assert.equal(server.calls.length, 6);
  });

  test(`${engine}: unix: calls over a socket of the file system, which the report names`, async () => {
    const folder = mkdtempSync(join(tmpdir(), "hey-loadgen-test-"));
    try {
      const target = `unix:${join(folder, "server.sock")}`;
      await using server = await startTestServer({ address: target });
      const made = await report(["--engine", engine, "-n", "5", target]);
      assert.deepEqual([made.code, server.calls.length, made.target.uri, made.target.engine], [0, 5, target, engine]);
      assert.deepEqual(
        made.endpoints.map(({ address, name, calls, share }) => ({ address, name, calls, share })),
        [{ address: target, name: "replica-1", calls: 5, share: 1 }],
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test(`${engine}: ipv4: with several addresses calls all of them in turn, each with its own figures`, async () => {
    await using one = await startTestServer({ name: "one" });
    await using two = await startTestServer({ name: "two" });
    const target = `ipv4:${one.address},${two.address}`;
    const { endpoints } = await report(["--engine", engine, "--rps", "200", "-n", "40", target]);
    const rows = [...endpoints].sort((a, b) => a.name.localeCompare(b.name));
    assert.deepEqual(
      rows.map(({ name, address }) => ({ name, address })),
      [
        { name: "one", address: one.address },
        { name: "two", address: two.address },
      ],
    );
    assert.deepEqual(
      rows.map(({ codes }) => codes),
      [{ OK: one.calls.length }, { OK: two.calls.length }],
    );
    // grpc-js gives the first calls to whoever it is connected to first.
    const atLeast = engine === "wire" ? 20 : 15;
    assert.ok(Math.min(one.calls.length, two.calls.length) >= atLeast, `${one.calls.length} ${two.calls.length}`);
    for (const { share, response, firstS, lastS } of rows) {
      assert.ok(share >= atLeast / 40, `${share}`);
      assert.ok((response.percentilesUs["50"] ?? 0) > 0);
      assert.ok(firstS < lastS, `${firstS} ${lastS}`);
    }
  });
}

test("wire: an address that is never reached is told: its share of the calls went to the others", async () => {
  await using there = await startTestServer();
  await using gone = await startTestServer();
  await gone[Symbol.asyncDispose]();
  const { codes, caveats } = await report(["-n", "4", "-c", "2", `ipv4:${there.address},${gone.address}`]);
  assert.deepEqual(codes, { OK: 4 });
  const words = `${gone.address} was never reached, its calls went elsewhere: cannot connect to ${gone.address}: `;
  assert.deepEqual(caveats.filter((text) => text.startsWith(words)).length, 1, caveats.join("; "));
});
