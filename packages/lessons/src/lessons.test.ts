import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { lessons } from "./lessons/lessons.ts";
import { createLocalOperator } from "./local-operator.ts";
import { selfOf } from "./self.ts";
import { startSystem } from "./start-system.ts";
import { until } from "./until.ts";

const main = fileURLToPath(new URL("./main.ts", import.meta.url));

function start(...args: readonly string[]) {
  const child = spawn(process.execPath, [main, ...args]);
  const ended = once(child, "close").then(([code]) => code);
  return { child, ended, output: text(child.stdout), errors: text(child.stderr) };
}

test("every lesson's claim holds against a system of its own", { timeout: 110_000 }, async (t) => {
  const { ended, output, errors } = start("--system", "own", "--all");
  const said = await output;
  for (const { name } of lessons) {
    await t.test(name, () => {
      const part = said.split("\n== ").find((each) => each.startsWith(`${name}:`)) ?? "";
      assert.match(part, /^ {2}holds /m, said);
      assert.doesNotMatch(part, /^ {2}FAILS |could not be taken back/m);
    });
  }
  assert.equal(await ended, 0, `${said}\n${await errors}`);
});

test("a lesson joins what npm start runs, and Ctrl-C in its middle takes back what it did", {
  timeout: 60_000,
}, async () => {
  const self = selfOf(process);
  await using started = await startSystem(self, AbortSignal.timeout(30_000));
  const { folder, mesh, parts, pid } = started.system;
  const meshService = parts.find(({ name }) => name === "control-plane")?.addresses.mesh ?? "";
  using operator = createLocalOperator({ meshService, mesh, nodePath: self.nodePath, env: self.env });
  const before = await until("told of", operator.status, ({ version }) => version !== "");
  const { child, ended, output } = start("--system", folder, "canary");
  await until("split", operator.status, ({ overrides }) => overrides.length > 0);
  child.kill("SIGINT");
  assert.equal(await ended, 0);
  assert.match(await output, new RegExp(`npm start runs \\(pid ${pid}\\)`));
  const { overrides, version } = await operator.status();
  assert.deepEqual({ overrides, version }, { overrides: [], version: before.version });
});

for (const [what, args, expected] of [
  ["no lesson of that name", ["nope"], /expected one of scale, drain, .*; got nope/],
  ["no lesson at all", [], /expected --all or one of scale, /],
] as const) {
  test(`${what} is a clear message and exit code 2`, async () => {
    const { ended, errors } = start(...args);
    assert.match(await errors, expected);
    assert.equal(await ended, 2);
  });
}

test("--list tells which there are", async () => {
  const { ended, output } = start("--list");
  const listed = (await output).match(/^ ([\w-]+) {2}/gm)?.map((line) => line.trim());
  assert.deepEqual(listed, ["lesson", ...lessons.map(({ name }) => name)]);
  assert.equal(await ended, 0);
});
