import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Command, output, timed } from "./children.ts";

/** What one measurement gave: CPU of the client process and wall time, both per call (or message) in µs. */
export interface Figures {
  readonly cpuUs: number;
  readonly wallUs: number;
}

/** One client in the comparison, measured against the server at `port`. */
export interface Contender {
  readonly name: string;
  measure(port: number): Promise<Figures>;
}

/** Node and a script of this folder. */
export function nodeScript(file: string, args: readonly string[] = []): Command {
  return { program: process.execPath, args: [new URL(file, import.meta.url).pathname, ...args] };
}

/** A client of ours or of grpc-js: a script that prints what `measured` prints. */
export function script(name: string, file: string, args: readonly string[], count: number): Contender {
  const [kind = "", ...more] = args;
  return printing(name, count, (port) => nodeScript(file, [kind, `127.0.0.1:${port}`, `${count}`, ...more]));
}

/** A program that warms up by itself, and prints what the rest took. */
export function printing(name: string, count: number, command: (port: number) => Command): Contender {
  return {
    name,
    async measure(port) {
      const { cpuUs, wallMs } = JSON.parse(await output(command(port))) as { cpuUs: number; wallMs: number };
      return { cpuUs: cpuUs / count, wallUs: (wallMs * 1000) / count };
    },
  };
}

/** A program that only knows to make so many calls. */
export interface WholeProgram {
  readonly name: string;
  readonly command: (port: number, calls: number) => Command;
  /** Whether it says that so many calls ended well. */
  readonly didAll: (printed: string, calls: number) => boolean;
}

/**
 * What `calls` more calls cost a whole program: it is run with a fifth of them, then with a fifth more than all, and the
 * difference is taken. So its start, and what it does once, are in no figure; as little as in those of a program that warms up.
 */
export function steady({ name, command, didAll }: WholeProgram, calls: number): Contender {
  const run = async (port: number, count: number) => {
    const { stdout, stderr, ...figures } = await timed(command(port, count));
    if (!didAll(stdout + stderr, count)) throw new Error(`${name} did not make ${count} calls: ${stdout}${stderr}`);
    return figures;
  };
  return {
    name,
    async measure(port) {
      const few = Math.ceil(calls / 5);
      const short = await run(port, few);
      const long = await run(port, few + calls);
      return { cpuUs: (long.cpuUs - short.cpuUs) / calls, wallUs: (long.wallUs - short.wallUs) / calls };
    },
  };
}

/** A folder for the time of `use`. */
export async function withFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "bench-"));
  try {
    await use(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
