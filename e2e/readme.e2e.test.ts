import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { promisify } from "node:util";
import { run } from "./src/docker.ts";
import { checkout } from "./src/places.ts";
import { removeProjects } from "./src/sweep.ts";

const shell = promisify(execFile);

/** The README's commands, one a line, by what the comment before their block says of who runs them. */
function commands(runner: string): readonly string[] {
  const blocks = readFileSync(`${checkout}README.md`, "utf8").matchAll(/<!-- runs: (.*?) -->\n```sh\n(.*?)```/gs);
  return [...blocks].flatMap(([, who, text = ""]) => (who === runner ? text.trim().split("\n") : []));
}

test("the README's Docker commands work, one after the other", async (t) => {
  const project = `${process.env["HEY_E2E_PREFIX"] ?? "heyhow-e2e"}-readme`;
  // As documented but for its name and its door, so that it can stand beside a stack that somebody runs here.
  const env = { ...process.env, COMPOSE_PROJECT_NAME: project, HEY_PORT: "0" };
  t.after(() => removeProjects(project));

  const [first, ...others] = commands("compose up");
  assert.ok(first !== undefined && others.length === 0);
  const up = spawn("sh", ["-c", first], { cwd: checkout, env });
  const ended = once(up, "close");
  await t.test(first, { timeout: 120_000 }, async () => {
    let seen = "";
    // Compose hands on what a program says for eyes as such: the client's lines come by stderr.
    await new Promise<void>((resolve, reject) => {
      const look = (chunk: Buffer) => {
        seen += chunk;
        if (/client-1 .* calls .*\| [0-9a-f]{12} v1\/a \d/.test(seen)) resolve();
      };
      for (const stream of [up.stdout, up.stderr]) stream.on("data", look);
      void ended.then(() => reject(new Error(`ended without a word of the client: ${seen}`)));
    });
  });

  for (const command of commands("compose")) {
    await t.test(command, { timeout: 120_000 }, async () => {
      await shell("sh", ["-c", command], { cwd: checkout, env });
    });
  }

  await ended;
  const states = await run(["compose", "ps", "--all", "--format", "{{.Service}} {{.State}} {{.ExitCode}}"], {
    cwd: checkout,
    env,
  });
  const wrong = states
    .trim()
    .split("\n")
    .filter((line) => !line.endsWith(" exited 0"));
  assert.deepEqual(wrong, []);
});
