import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { editMesh } from "./edit-mesh.ts";
import { lessons } from "./lessons/lessons.ts";
import { createLocalOperator } from "./local-operator.ts";
import { checkout } from "./places.ts";
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

test("beside what npm start runs", { timeout: 100_000 }, async (t) => {
  const self = selfOf(process);
  await using started = await startSystem(self, AbortSignal.timeout(30_000));
  const { folder, mesh, parts, pid } = started.system;
  const meshService = parts.find(({ name }) => name === "control-plane")?.addresses.mesh ?? "";
  using operator = createLocalOperator({ meshService, mesh, nodePath: self.nodePath, env: self.env });
  const before = await until("told of", operator.status, ({ version }) => version !== "");

  await t.test("a lesson joins it, and Ctrl-C in its middle takes back what it did", async () => {
    const { child, ended, output } = start("--system", folder, "canary");
    await until("split", operator.status, ({ overrides }) => overrides.length > 0);
    // It would take what the first one changed for what was there before.
    const second = start("--system", folder, "faults");
    assert.match(await second.errors, new RegExp(`expected no other lesson in .*, got that of pid ${child.pid}: wait`));
    assert.equal(await second.ended, 1);
    child.kill("SIGINT");
    assert.equal(await ended, 0);
    assert.match(await output, new RegExp(`npm start runs \\(pid ${pid}\\)`));
    const { overrides, version } = await operator.status();
    assert.deepEqual({ overrides, version }, { overrides: [], version: before.version });
  });

  await t.test("it is not joined while something is changed by command, which could not be put back", async () => {
    await operator.command(["pause", "heyhow"]);
    const { ended, errors } = start("--system", folder, "canary");
    // The first call of a lesson would wait for a paused service in vain.
    assert.match(await errors, /expected nothing that was changed by command.*heyhow/);
    assert.equal(await ended, 1);
    await operator.command(["resume", "heyhow"]);
  });

  await t.test("a claim that does not hold is said, and is exit code 1", async () => {
    const text = await operator.mesh.read();
    const { signal } = new AbortController();
    await operator.followMesh(editMesh(text, "services: { heyhow: { drop_percent: 50 } }"), signal);
    const { ended, output } = start("--system", folder, "header-routing");
    assert.match(await output, /^ {2}FAILS {2}calls that failed: expected 0, seen [1-9]/m);
    assert.equal(await ended, 1);
    await operator.followMesh(text, signal);
  });

  await t.test("what its user writes into mesh.yaml meanwhile stays, is said, and ends the lessons", async () => {
    const text = await operator.mesh.read();
    const { ended, output } = start("--system", folder, "header-routing", "faults");
    const edited = await until("changed", operator.mesh.read, (now) => now.includes("x-canary"));
    await writeFile(mesh, `${edited}# by its user\n`);
    assert.match(
      await output,
      /^ {2}FAILS {2}what it did can be taken back: .*somebody else edited .*\n(.*\n)*Not played, .*: faults\.$/m,
    );
    assert.equal(await ended, 1);
    assert.equal(await operator.mesh.read(), `${edited}# by its user\n`);
    await operator.followMesh(text, new AbortController().signal);
  });

  await t.test(
    "its log is its own, and gone once it has ended well; a lesson in its middle says that it ended",
    async () => {
      const log = join(checkout, started.log);
      assert.match(readFileSync(log, "utf8"), /hey-mesh needs --mesh-service/);
      const { ended, output, errors } = start("--system", folder, "outliers");
      await until("changed", operator.mesh.read, (now) => !now.includes("retries:"));
      assert.equal(await started.stop(), true);
      assert.match(await errors, new RegExp(`npm start \\(pid ${pid}\\) ended while a lesson was played`));
      assert.doesNotMatch(await output, /FAILS/);
      assert.equal(await ended, 1);
      assert.equal(existsSync(dirname(log)), false);
    },
  );
});

test("Ctrl-C leaves no process of a system of its own, nor of the lesson", { timeout: 60_000 }, async () => {
  const { child, ended } = start("--system", "own", "scale");
  const below = () => descendants(child.pid ?? 0);
  await until("a system started", below, (pids) => pids.length >= 7);
  const started = await until("the lesson's own server started", below, (pids) => pids.length >= 8);
  child.kill("SIGINT");
  assert.equal(await ended, 0);
  const { runs } = selfOf(process);
  assert.deepEqual(started.filter(runs), []);
});

/** The pids of a process's children, theirs, and so on. */
function descendants(pid: number): readonly number[] {
  const lines = execFileSync("ps", ["-A", "-o", "pid=,ppid="], { encoding: "utf8" }).trim().split("\n");
  const all = lines.map((line) => line.trim().split(/\s+/).map(Number));
  const below = (parent: number): readonly number[] =>
    all.flatMap(([own = 0, above]) => (above === parent ? [own, ...below(own)] : []));
  return below(pid);
}

for (const [what, args, expected] of [
  ["no lesson of that name", ["nope"], /expected one of scale, drain, .*; got nope/],
  [
    "a lesson that is not for compose",
    ["--compose", "ring-hash"],
    /: ring-hash; docs\/lessons\/ring-hash\.md says why/,
  ],
  ["a lesson mistyped", ["canery"], /got canery; did you mean canary\?/],
  ["all lessons and one of them", ["--all", "canary"], /expected --all or names, got both: canary/],
  [
    "a folder without a stack",
    ["--compose", "--system", "nowhere", "canary"],
    /expected a folder with a docker-compose\.yml/,
  ],
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
