import assert from "node:assert/strict";
import { test } from "node:test";
import { assertNoCallFailed, assertNothingLost, endClient } from "./src/client-words.ts";
import { addressOf, replicaOf } from "./src/container.ts";
import { run } from "./src/docker.ts";
import { assertFrontWorks } from "./src/front.ts";
import { assertNoFailure, startLoad } from "./src/load.ts";
import { startProbe } from "./src/probe.ts";
import { startStack } from "./src/stack.ts";

// mesh.yaml as it is shipped, so without retries: what does not fail here was not sent to the wrong replica.
test("servers come and go under load, and nobody notices", { timeout: 300_000 }, async (t) => {
  await using stack = await startStack("scaling");
  const { feed } = stack;
  const replicas = async () => (await stack.containers("server")).map(replicaOf);

  await t.test("T35: 3 to 5 to 2: every new replica is called, and no call fails", async () => {
    const old = new Set(await replicas());
    await using probe = await startProbe(await stack.front());
    const load = await startLoad(stack, { seconds: 1, args: ["--rps", "200"] });
    await stack.scale(5);
    const added = (await replicas()).filter((name) => !old.has(name));
    assert.equal(added.length, 2);
    await probe.heardFrom(added, 20_000);
    for (const name of added) {
      const ms = (probe.firstAnswers.get(name) ?? Number.NaN) - (await healthySince(name));
      t.diagnostic(`${name}: first call ${ms} ms after it was healthy`);
    }
    await feed.find(({ container, text }) => container === "client-1" && added.every((name) => text.includes(name)));
    await stack.scale(2);
    assert.equal((await replicas()).length, 2);
    const report = await load.end();
    assertNoFailure(report);
    const called = report.endpoints.map(({ name }) => name);
    assert.deepEqual(new Set(called), new Set([...old, ...added]));
    // The table of endpoints tells who came later.
    const firstCalls = (isNew: boolean) =>
      report.endpoints.filter(({ name }) => added.includes(name) === isNew).map(({ firstS }) => firstS);
    assert.ok(Math.max(...firstCalls(false)) < Math.min(...firstCalls(true)), JSON.stringify(report.endpoints));
    assert.deepEqual(probe.failures, []);
  });

  await t.test("a rolling restart fails no call", async () => {
    await stack.scale(3);
    const load = await startLoad(stack, { seconds: 1, args: ["--rps", "200"] });
    for (const { Id } of await stack.containers("server")) {
      await run(["restart", Id]);
      await stack.healthy();
    }
    assertNoFailure(await load.end());
    await assertFrontWorks(await stack.front());
  });

  await t.test("the front's door works after 5 to 1", async () => {
    await stack.scale(5);
    await stack.scale(1);
    await assertFrontWorks(await stack.front());
  });

  await t.test("through all of it the client lost nothing, and none of its calls failed", async () => {
    const summary = await endClient(stack);
    assertNothingLost(summary);
    assertNoCallFailed(summary);
  });

  /** When the control plane first knew a replica to be healthy. */
  async function healthySince(replica: string): Promise<number> {
    const container = (await stack.containers("server")).find((each) => replicaOf(each) === replica);
    const address = container && addressOf(container);
    const { text } = await feed.find(
      ({ text: line }) =>
        line.includes('"event":"endpoint"') &&
        line.includes(`"address":"${address}:9999"`) &&
        line.includes('"verdict":"healthy"'),
    );
    return Date.parse(JSON.parse(text).time);
  }
});
