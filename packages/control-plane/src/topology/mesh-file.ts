import { readFile } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";
import { type CheckService, type ParsedTopology, parseTopology } from "./parse-topology.ts";

/** The topology in a file, or everything that is wrong with it, each line beginning with the file and the place. */
export type MeshFile = ParsedTopology;

export interface MeshFileOptions {
  readonly path: string;
  /** Between one look and the next, in milliseconds. */
  readonly pollMs: number;
  readonly check: CheckService;
}

/**
 * What the file says now, and again whenever it says something else, until the signal aborts. It is read anew each time:
 * notices of the file system are lost in mounted directories and when an editor replaces the file by another.
 */
export async function* watchMeshFile(
  { path, pollMs, check }: MeshFileOptions,
  signal: AbortSignal,
): AsyncGenerator<MeshFile> {
  let told: string | undefined;
  while (!signal.aborted) {
    const { text, error } = await read(path);
    const seen = text ?? `unreadable: ${error}`;
    if (seen !== told) {
      told = seen;
      yield text === undefined
        ? { ok: false, errors: [`${path}: ${error}`] }
        : placed(path, parseTopology(text, check));
    }
    await pause(pollMs, undefined, { signal }).catch(() => {});
  }
}

function placed(path: string, parsed: ParsedTopology): MeshFile {
  return parsed.ok ? parsed : { ok: false, errors: parsed.errors.map((error) => `${path}:${error}`) };
}

type Read = { readonly text: string; readonly error?: never } | { readonly text?: never; readonly error: string };

async function read(path: string): Promise<Read> {
  try {
    return { text: await readFile(path, "utf8") };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return { error: code === "ENOENT" ? "there is no such file" : message };
  }
}
