import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { openMeshText } from "./mesh-text.ts";

async function made() {
  const folder = await mkdtemp(join(tmpdir(), "hey-lessons-"));
  const path = join(folder, "mesh.yaml");
  await writeFile(path, "as it was\n");
  return { path, mesh: openMeshText(path), [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) };
}

test("what stood there before the first change is put back, and what its user writes between two lessons stays", async () => {
  await using file = await made();
  await file.mesh.write("one\n");
  await file.mesh.write("two\n");
  await file.mesh.restore();
  assert.equal(await file.mesh.read(), "as it was\n");
  await writeFile(file.path, "by its user\n");
  await file.mesh.restore();
  assert.equal(await file.mesh.read(), "by its user\n");
  await file.mesh.write("three\n");
  await file.mesh.restore();
  assert.equal(await readFile(file.path, "utf8"), "by its user\n");
});

test("what somebody else wrote meanwhile is not overwritten, and that is said", async () => {
  await using file = await made();
  await file.mesh.write("one\n");
  await writeFile(file.path, "by its user\n");
  await assert.rejects(file.mesh.restore(), /somebody else edited .*mesh\.yaml meanwhile/);
  assert.equal(await file.mesh.read(), "by its user\n");
});
