import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { test } from "node:test";
import { assertNothingLost, endClient } from "./src/client-words.ts";
import { checkout } from "./src/places.ts";
import { startStack } from "./src/stack.ts";

const lessons = ["canary", "outliers", "failover"];

// As a reader of docs/lessons plays them beside docker compose up.
test("lessons hold against the images too, and leave the stack as it was", { timeout: 300_000 }, async (t) => {
  await using stack = await startStack("lessons");
  const main = join(checkout, "packages/lessons/src/main.ts");
  const runner = spawn(process.execPath, [main, "--compose", "--system", stack.folder, ...lessons], { env: stack.env });
  const ended = once(runner, "close");
  const [said, errors] = await Promise.all([text(runner.stdout), text(runner.stderr)]);
  for (const lesson of lessons) {
    await t.test(lesson, () => {
      const part = said.split("\n== ").find((each) => each.startsWith(`${lesson}:`)) ?? "";
      assert.match(part, /^ {2}holds /m, `${said}\n${errors}`);
      assert.doesNotMatch(part, /^ {2}FAILS |could not be taken back/m);
    });
  }
  const [code] = await ended;
  assert.equal(code, 0, errors);

  await t.test("the servers of before are there, and mesh.yaml says what it said", async () => {
    const running = (await stack.containers("server", "server-v2")).filter(({ State }) => State.Status === "running");
    assert.equal(running.length, 3);
    let mesh = "";
    await stack.writeMesh((now) => {
      mesh = now;
      return now;
    });
    assert.doesNotMatch(mesh, /^ {4}(outliers|localities|retries):/m);
  });

  await t.test("through all of it the client lost nothing", async () => {
    assertNothingLost(await endClient(stack));
  });
});
