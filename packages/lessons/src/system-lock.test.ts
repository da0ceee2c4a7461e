import assert from "node:assert/strict";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { lockSystem } from "./system-lock.ts";

async function folder() {
  const path = await mkdtemp(join(tmpdir(), "hey-lessons-"));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) };
}

test("a system is one lesson's until it lets go, and a second one is told whose it is", async () => {
  await using here = await folder();
  const first = await lockSystem(here.path, { pid: 7, runs: () => true });
  await assert.rejects(
    lockSystem(here.path, { pid: 8, runs: (pid) => pid === 7 }),
    /expected no other lesson in .*, got that of pid 7: wait for its end/,
  );
  await first[Symbol.asyncDispose]();
  await using _second = await lockSystem(here.path, { pid: 8, runs: () => true });
});

test("what a killed lesson held is taken over, and nothing is left of it", async () => {
  await using here = await folder();
  await lockSystem(here.path, { pid: 7, runs: () => true });
  const second = await lockSystem(here.path, { pid: 8, runs: () => false });
  await second[Symbol.asyncDispose]();
  assert.deepEqual(await readdir(here.path), []);
});
