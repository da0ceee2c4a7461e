import { readFile, rename, writeFile } from "node:fs/promises";

/** The mesh.yaml of a running system, as a lesson changes it and puts it back. */
export interface MeshText {
  read(): Promise<string>;
  /** Replaces the file as editors do, by another one. */
  write(text: string): Promise<void>;
  /**
   * Puts back what stood there before the first `write` since the last time. Rejects when it is neither that nor what was
   * written last: somebody else has edited it meanwhile, whose work it is.
   */
  restore(): Promise<void>;
}

export function openMeshText(path: string): MeshText {
  let before: string | undefined;
  let written: string | undefined;
  const read = () => readFile(path, "utf8");
  const replace = async (text: string) => {
    await writeFile(`${path}.new`, text);
    await rename(`${path}.new`, path);
  };
  return {
    read,
    async write(text) {
      before ??= await read();
      written = text;
      await replace(text);
    },
    async restore() {
      if (before === undefined) return;
      const now = await read();
      if (now !== before && now !== written) {
        throw new Error(
          `somebody else edited ${path} meanwhile, so it is left as it is, what the lesson wrote included`,
        );
      }
      if (now !== before) await replace(before);
      before = undefined;
    },
  };
}
