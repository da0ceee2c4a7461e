import { readFile } from "node:fs/promises";
import { buffer } from "node:stream/consumers";
import { readSlots } from "./read-slots.ts";

/** What was read so far, by path: plain data, which another thread can be given. */
export interface KnownInputs {
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly slots: ReadonlyMap<string, Float64Array>;
}

/**
 * What files and stdin hold, each read once. A pipe (`-d @`, `-M <(pass show token)`) has nothing left for the other side of a comparison,
 * for the next step of a search, or for another thread.
 */
export interface Inputs {
  /** All of a file, or of stdin for `@`. Rejects as `readFile` does; what could not be read is tried again the next time. */
  read(path: string): Promise<Buffer>;
  /** The offsets in a file of slots. Rejects with a ProgramError of exit code 2. */
  slots(path: string): Promise<Float64Array>;
  readonly known: KnownInputs;
}

/** Inputs of which `known` were read before. */
export function createInputs(stdin: NodeJS.ReadableStream, known?: KnownInputs): Inputs {
  const files = new Map(known?.files);
  const slots = new Map(known?.slots);
  return {
    known: { files, slots },
    async read(path) {
      const content = files.get(path) ?? (await (path === "@" ? buffer(stdin) : readFile(path)));
      files.set(path, content);
      return Buffer.from(content.buffer, content.byteOffset, content.byteLength);
    },
    async slots(path) {
      const offsetsMs = slots.get(path) ?? (await readSlots(path));
      slots.set(path, offsetsMs);
      return offsetsMs;
    },
  };
}
