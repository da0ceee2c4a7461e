import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { readSystem, runningSystems, type System, writeSystem } from "./system-file.ts";

async function checkout() {
  const folder = await mkdtemp(join(tmpdir(), "hey-systems-"));
  return {
    folder,
    async add(pid: number, frontPort: number): Promise<System> {
      const run = join(folder, ".hey", `run-${pid}`);
      await mkdir(run, { recursive: true });
      const front = {
        name: "front",
        pid: pid + 1,
        addresses: { grpc: `127.0.0.1:${frontPort}` },
        version: "",
        zone: "",
      };
      const system = { pid, folder: run, mesh: join(run, "mesh.yaml"), bootstrap: join(run, "you"), parts: [front] };
      await writeSystem(system);
      return system;
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  };
}

test("a system is read as it was written, and one that is not up yet is none", async () => {
  await using place = await checkout();
  const system = await place.add(100, 9_999);
  assert.deepEqual(await readSystem(system.folder), system);
  assert.equal(await readSystem(join(place.folder, ".hey", "run-101")), undefined);
});

test("the systems that run are found, the one at the documented port first, and one that was killed is not", async () => {
  await using place = await checkout();
  const [, documented, other] = [
    await place.add(100, 40_001),
    await place.add(200, 9_999),
    await place.add(300, 40_002),
  ];
  assert.deepEqual(await runningSystems(place.folder, (pid) => pid !== 100), [documented, other]);
});
