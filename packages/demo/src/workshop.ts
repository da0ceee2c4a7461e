import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** A folder for the files of one run, in the checkout so that an editor has them at hand; git ignores it. */
export interface Workshop {
  readonly folder: string;
  path(file: string): string;
  write(file: string, text: string): Promise<string>;
  remove(): Promise<void>;
}

/** Makes a fresh folder below `parent`, which need not exist. */
export async function openWorkshop(parent: string): Promise<Workshop> {
  await mkdir(parent, { recursive: true });
  const folder = await mkdtemp(join(parent, "run-"));
  const path = (file: string) => join(folder, file);
  return {
    folder,
    path,
    async write(file, text) {
      await writeFile(path(file), text);
      return path(file);
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
