import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { runControlPlane } from "../testing/running-control-plane.ts";
import { readToken } from "./token.ts";

const main = new URL("../hey-mesh.ts", import.meta.url).pathname;
const mesh = 'services: { heyhow: { health: false, sources: [{ static: ["127.0.0.1:1"] }] } }';

async function openFiles(texts: Readonly<Record<string, string>>) {
  const folder = await mkdtemp(join(tmpdir(), "token-"));
  for (const [name, text] of Object.entries(texts)) await writeFile(join(folder, name), text);
  return {
    path: (name: string) => join(folder, name),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  };
}

/** Types a command; its exit code and what it said. */
async function type(...args: readonly string[]): Promise<{ code: number; said: string }> {
  return await promisify(execFile)(process.execPath, [main, ...args]).then(
    ({ stdout }) => ({ code: 0, said: stdout }),
    ({ code, stderr }) => ({ code, said: stderr }),
  );
}

test("with a token nothing is shown or changed without it, and it is in no log", async () => {
  await using files = await openFiles({ right: "correct-horse-battery\n", wrong: "incorrect-horse-battery" });
  await using control = await runControlPlane(mesh, { meshTokenFile: files.path("right") });
  const at = ["--mesh-service", control.meshService ?? assert.fail()];
  for (const command of [["status"], ["watch"], ["pause", "heyhow"], ["diff", control.mesh], ["apply", control.mesh]]) {
    const none = await type(...command, ...at);
    assert.equal(none.code, 1);
    assert.match(none.said, /expected this control plane's token, got none: --token-file FILE/);
    const wrong = await type(...command, ...at, "--token-file", files.path("wrong"));
    assert.equal(wrong.code, 1);
    assert.match(wrong.said, /expected this control plane's token, got another one/);
  }
  const right = await type("pause", "heyhow", ...at, "--token-file", files.path("right"));
  assert.equal(right.code, 0, right.said);
  assert.match(right.said, /heyhow: paused/);
  assert.ok(!JSON.stringify(control.log).includes("horse"));
});

test("a token that cannot be one is told before anything is opened", async () => {
  await using files = await openFiles({ short: "short", empty: "\n" });
  await assert.rejects(readToken(files.path("short")), /expected 16 characters or more .*, got 5/);
  await assert.rejects(readToken(files.path("empty")), /got 0/);
  await assert.rejects(readToken(files.path("none")), /cannot read .*ENOENT/);
  await assert.rejects(runControlPlane(mesh, { meshTokenFile: files.path("short") }), /expected 16 characters/);
});
