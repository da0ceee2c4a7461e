import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { checkout } from "./places.ts";

// With no engine the suite ends before its first test, so this cannot start itself again.
function runSuite(command: readonly [string, ...string[]], env: NodeJS.ProcessEnv) {
  const [program, ...args] = command;
  const { NODE_TEST_CONTEXT: _, HEY_E2E: __, ...inherited } = process.env;
  return new Promise<{ passed: boolean; output: string }>((resolve) => {
    execFile(
      program,
      args,
      { cwd: checkout, env: { ...inherited, DOCKER_HOST: "unix:///nonexistent", ...env }, timeout: 60_000 },
      (error, stdout, stderr) => resolve({ passed: error === null, output: stdout + stderr }),
    );
  });
}

const commands = [
  ["npm", "run", "test:e2e"],
  // turbo hands on only the variables that it was told to.
  ["npx", "turbo", "run", "test", "--filter=@hey/e2e"],
] as const;

for (const command of commands) {
  test(`${command.join(" ")}: no engine is red when container tests are required`, async () => {
    const { passed, output } = await runSuite(command, { HEY_E2E: "required" });
    assert.equal(passed, false, output);
    assert.match(output, /CONTAINER TESTS FAILED.*unix:\/\/\/nonexistent/);
  });
}

test("no engine is one loud line, and green, when they are not", async () => {
  const { passed, output } = await runSuite(commands[0], {});
  assert.ok(passed, output);
  assert.equal(output.match(/CONTAINER TESTS SKIPPED/g)?.length, 1);
});
