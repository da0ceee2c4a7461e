import assert from "node:assert/strict";
import { test } from "node:test";
import { assertNoCallFailed, assertNothingLost, endClient } from "./src/client-words.ts";
import { addressOf, replicaOf } from "./src/container.ts";
import { assertNoFailure, startLoad } from "./src/load.ts";
import { startProbe } from "./src/probe.ts";
import { startStack } from "./src/stack.ts";

// The second version of the shipped compose file, and hey-mesh as an operator types it there.
test("a canary takes its share of the calls, and leaves without a failed one", { timeout: 240_000 }, async (t) => {
  await using stack = await startStack("canary");
  const heyMesh = (...words: readonly string[]) => stack.compose("exec", "-T", "control-plane", "hey-mesh", ...words);
  await heyMesh("split", "heyhow", "v1=100", "--force");
  await stack.compose("--profile", "canary", "up", "--detach", "--wait", "--no-recreate", "server-v2");
  const [canary] = await stack.containers("server-v2");
  const name = canary === undefined ? assert.fail("no server-v2") : replicaOf(canary);
  await using probe = await startProbe(await stack.front());

  await t.test("a split of ten percent is one", async () => {
    assert.match(await heyMesh("split", "heyhow", "v1=90", "v2=10"), /heyhow: split v1=90 v2=10/);
    await probe.heardFrom([name], 20_000);
    const load = await startLoad(stack, { seconds: 6, args: ["--rps", "500"] });
    const report = await load.end();
    assertNoFailure(report);
    const share = report.endpoints.find((each) => each.name === name)?.share ?? 0;
    // Of 2,500 draws of a tenth less than 7 % or more than 13 % come less than once in a million.
    assert.ok(share > 0.07 && share < 0.13, `${share}`);
  });

  await t.test("status shows both versions and what was changed", async () => {
    const status = await heyMesh("status");
    assert.match(status, /healthy +dns:server-v2 +version=v2 zone=b/);
    assert.match(status, /changed by command.*\n {2}heyhow: split v1=90 v2=10/);
  });

  await t.test("everything to the canary, and one server of it drained away again", async () => {
    await heyMesh("reset");
    const address = canary && `${addressOf(canary)}:9999`;
    assert.match(await heyMesh("drain", address ?? ""), /drained/);
    const load = await startLoad(stack, { seconds: 1, args: ["--rps", "200"] });
    await stack.compose("--profile", "canary", "stop", "server-v2");
    assertNoFailure(await load.end());
    assert.deepEqual(probe.failures, []);
  });

  await t.test("through all of it the client lost nothing, and none of its calls failed", async () => {
    const summary = await endClient(stack);
    assertNothingLost(summary);
    assertNoCallFailed(summary);
  });
});
