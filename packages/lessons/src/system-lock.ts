import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ProgramError } from "@hey/runtime";

export interface LockOptions {
  /** Of this process. */
  readonly pid: number;
  /** Whether a process runs. */
  runs(pid: number): boolean;
}

/**
 * Has the system of a folder for this process alone until it is disposed of: a second lesson would take what the first one
 * changed for what was there before, and put that back. Rejects with a ProgramError while another process has it; of one
 * that has ended it is taken over.
 */
export async function lockSystem(folder: string, { pid, runs }: LockOptions): Promise<AsyncDisposable> {
  const path = join(folder, ".lesson.pid");
  const take = () => writeFile(path, `${pid}\n`, { flag: "wx" });
  try {
    await take();
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
    const owner = Number(await readFile(path, "utf8"));
    if (runs(owner)) {
      throw new ProgramError(`expected no other lesson in ${folder}, got that of pid ${owner}: wait for its end`);
    }
    await rm(path, { force: true });
    await take();
  }
  return { [Symbol.asyncDispose]: () => rm(path, { force: true }) };
}
