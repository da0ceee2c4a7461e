import { cp, mkdir, mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkout } from "./places.ts";

/**
 * A folder with what compose reads, and an empty one for reports: a test can then change mesh.yaml, and nothing of the
 * checkout is touched. Not removed by itself.
 */
export async function createFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "heyhow-e2e-"));
  for (const name of ["docker-compose.yml", "mesh"]) {
    await cp(join(checkout, name), join(folder, name), { recursive: true });
  }
  await mkdir(join(folder, "reports"));
  return folder;
}
