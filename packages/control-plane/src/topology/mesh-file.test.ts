import assert from "node:assert/strict";
import { mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { type MeshFile, watchMeshFile } from "./mesh-file.ts";

const good = (port: number) => `services: { a: { sources: [{ dns: b, port: ${port} }] } }\n`;

async function watchFile(text?: string) {
  const folder = await mkdtemp(join(tmpdir(), "mesh-"));
  const path = join(folder, "mesh.yaml");
  if (text !== undefined) await writeFile(path, text);
  const stop = new AbortController();
  const files = watchMeshFile({ path, pollMs: 10, check: () => [] }, stop.signal);
  return {
    path,
    async next(): Promise<MeshFile> {
      const { value } = await files.next();
      return value ?? assert.fail("it ended");
    },
    async [Symbol.asyncDispose]() {
      stop.abort();
      await files.return(undefined);
      await rm(folder, { recursive: true });
    },
  };
}

function portOf(file: MeshFile): number | undefined {
  const source = file.ok ? file.topology.services[0]?.sources[0] : undefined;
  return source?.kind === "dns" ? source.port : undefined;
}

test("a file that is written is read again", async () => {
  await using file = await watchFile(good(1));
  assert.equal(portOf(await file.next()), 1);
  const next = file.next();
  await writeFile(file.path, good(2));
  assert.equal(portOf(await next), 2);
});

test("a file that is replaced by another, as editors do, is read again", async () => {
  await using file = await watchFile(good(1));
  assert.equal(portOf(await file.next()), 1);
  const next = file.next();
  await writeFile(`${file.path}.new`, good(2));
  await rename(`${file.path}.new`, file.path);
  assert.equal(portOf(await next), 2);
});

test("mistakes are told, each with file, line and column; then the file is good again", async () => {
  await using file = await watchFile("services:\n  a: { sources: [], x: 1 }\n");
  const bad = await file.next();
  assert.deepEqual(bad.ok ? [] : bad.errors, [
    `${file.path}:2:17 services.a.sources: expected at least one source; got an empty list`,
    `${file.path}:2:21 services.a.x: no such setting`,
  ]);
  const next = file.next();
  await writeFile(file.path, good(2));
  assert.equal(portOf(await next), 2);
});

test("a file that is not there is told, and read when it comes", async () => {
  await using file = await watchFile();
  assert.deepEqual(await file.next(), { ok: false, errors: [`${file.path}: there is no such file`] });
  const next = file.next();
  await writeFile(file.path, good(1));
  assert.equal(portOf(await next), 1);
});
