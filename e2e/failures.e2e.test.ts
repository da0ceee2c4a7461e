import assert from "node:assert/strict";
import { test } from "node:test";
import { assertNothingLost, endClient } from "./src/client-words.ts";
import { addressOf, type Container, replicaOf } from "./src/container.ts";
import { run } from "./src/docker.ts";
import type { Line } from "./src/feed.ts";
import { assertNoFailure, failures, startLoad } from "./src/load.ts";
import { startStack } from "./src/stack.ts";

// Thirty calls at a time, of three seconds each, and the kill comes in the middle of the second round: all are at work
// then, a third of them on each server. Not one is being answered, for a call whose answer has begun is not made again,
// by gRPC's own rule, however many retries it may have.
const inFlight = 30;
const atWork = { seconds: 4, args: ["--concurrency", String(inFlight), "--data", '{"workNs":"3000000000"}'] };

test("what is killed takes little with it", { timeout: 300_000 }, async (t) => {
  await using stack = await startStack("failures");
  const { feed } = stack;

  async function killServer(): Promise<Container> {
    const [server] = await stack.containers("server");
    assert.ok(server !== undefined);
    const from = feed.lines.length;
    await run(["kill", "--signal", "SIGKILL", server.Id]);
    // The client's lines go on, and the dead are no longer in them.
    await feed.find(isClientLine, { from });
    return server;
  }

  await t.test("SIGKILL of a server fails at most the calls that were there", async () => {
    const load = await startLoad(stack, atWork);
    const killed = await killServer();
    const report = await load.end();
    const failed = failures(report);
    t.diagnostic(`failed calls: ${JSON.stringify(failed)}`);
    // A call made after the kill would have failed without a server to its name.
    const there = report.endpoints.find(({ address }) => address === `${addressOf(killed)}:9999`);
    assert.ok(there !== undefined);
    assert.deepEqual(failed, failures(there), JSON.stringify(report.endpoints));
    const count = Object.values(failed).reduce((sum, each) => sum + each, 0);
    assert.ok(count > 0 && count <= inFlight / 2, `${count} of ${inFlight} calls in flight on three servers failed`);
    await run(["start", killed.Id]);
    await stack.healthy();
  });

  await t.test("and none once mesh.yaml has retries", async () => {
    const from = feed.lines.length;
    await stack.writeMesh((mesh) => {
      const withRetries = mesh.replace("    # retries: {", "    retries: {");
      assert.notEqual(withRetries, mesh);
      return withRetries;
    });
    await feed.find(({ text }) => text.includes('"event":"snapshot"'), { from });
    const load = await startLoad(stack, atWork);
    const killed = await killServer();
    assertNoFailure(await load.end());
    await run(["start", killed.Id]);
    await stack.healthy();
  });

  await t.test("without the control plane calls go on, and with it again a new server is found", async () => {
    const load = await startLoad(stack, { seconds: 1, args: ["--rps", "100"] });
    const before = new Set((await stack.containers("server")).map(replicaOf));
    const [controlPlane] = await stack.containers("control-plane");
    assert.ok(controlPlane !== undefined);
    const from = feed.lines.length;
    await run(["kill", "--signal", "SIGKILL", controlPlane.Id]);
    const third = feed.find(nth(3, isClientLine), { from });
    await third; // some seconds without one
    await run(["start", controlPlane.Id]);
    await stack.scale(4);
    const [added] = (await stack.containers("server")).map(replicaOf).filter((name) => !before.has(name));
    assert.ok(added !== undefined);
    await feed.find(({ container, text }) => container === "client-1" && text.includes(added));
    assertNoFailure(await load.end());
  });

  await t.test("through all of it the client lost nothing", async () => {
    const summary = await endClient(stack);
    assertNothingLost(summary);
    assert.match(summary, /^ reconnects +[1-9]/m);
  });
});

function isClientLine({ container, text }: Line): boolean {
  return container === "client-1" && /^ *\d+ s {2}/.test(text);
}

function nth<T>(n: number, fits: (value: T) => boolean): (value: T) => boolean {
  let seen = 0;
  return (value) => fits(value) && ++seen === n;
}
