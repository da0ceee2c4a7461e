import assert from "node:assert/strict";
import { test } from "node:test";
import { lessons } from "./lessons/lessons.ts";
import { createLocalOperator } from "./local-operator.ts";
import { assertLessonsHold, startLessons } from "./scripted-run.ts";
import { selfOf } from "./self.ts";
import { startSystem } from "./start-system.ts";
import { until } from "./until.ts";

const start = (...args: readonly string[]) => startLessons(process.execPath, ...args);
// The other half is played by half-of-lessons.test.ts, at the same time where there are processors for it.
const names = lessons.filter((_, index) => index % 2 === 0).map(({ name }) => name);

test("every second lesson's claim holds against a system of its own", { timeout: 110_000 }, (t) =>
  assertLessonsHold(t, process.execPath, names),
);

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
