import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { platform } from "node:os";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { Part, PortKind } from "./lineup.ts";
import { readable, readOpenedPort } from "./log-lines.ts";

/** A program that was started. Disposing ends it, and waits until it has ended. */
export interface Child extends AsyncDisposable {
  readonly name: string;
  readonly pid: number;
  /** Kept when the program has opened all its ports; rejects with its last words when it ends before. */
  listening(): Promise<Readonly<Partial<Record<PortKind, string>>>>;
  /** Kept when it has ended. */
  readonly ended: Promise<Ending>;
  /** How it ended; undefined while it runs, and when it was told to end. */
  readonly endedByItself: Ending | undefined;
  /** Tells it to leave, and waits until it has. */
  stop(): Promise<Ending>;
  /** Tells it that the terminal has another size now. */
  resized(): void;
}

export interface Ending {
  readonly code: number | null;
  readonly signal: string | null;
}

export interface Start {
  readonly part: Part;
  /** The Node to run it with. */
  readonly nodePath: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where its output goes: a file, or this process's own output. */
  readonly output: { readonly file: string } | "inherit";
}

/** How long a program may take to open its ports, on a machine that is busy. */
const startLimitMs = 30_000;
/** How long a program may take to leave; then it is killed. */
const leaveLimitMs = 8_000;
/** The same for `npm start`, which waits for its client and then for all others: killed before, it would leave them behind. */
const systemLeaveLimitMs = 2.5 * leaveLimitMs;
const lastLines = 8;
// Windows would open a console for it, and hands a console's changes to every process by itself.
const ownSession = platform() !== "win32";

/**
 * Starts a program of this repository on a leash: it ends when this process does. It has a session of its own, so that
 * a terminal's Ctrl-C reaches this process alone, which then ends the programs in the right order.
 */
export function startChild({ part, nodePath, env, output }: Start): Child {
  const main = fileURLToPath(new URL(`../../${part.program}/src/main.ts`, import.meta.url));
  const stdio = output === "inherit" ? ("inherit" as const) : ("pipe" as const);
  const child = spawn(nodePath, ["--import", new URL("./leash.ts", import.meta.url).href, main, ...part.args], {
    detached: ownSession,
    windowsHide: true,
    env,
    stdio: ["pipe", stdio, stdio],
  });
  child.stdin?.on("error", () => {}); // Its end of the leash went first.
  const tail: string[] = [];
  const opened: Partial<Record<PortKind, string>> = {};
  const allOpen = Promise.withResolvers<void>();
  const onLine = (line: string) => {
    if (tail.push(readable(line)) > lastLines) tail.shift();
    const port = readOpenedPort(line);
    if (port !== undefined) opened[port.kind] = port.address;
    if (part.ports.every((kind) => opened[kind] !== undefined)) allOpen.resolve();
  };
  const closeLog = output === "inherit" ? undefined : record(child, output.file, onLine);

  let told = false;
  let ending: Ending | undefined;
  const ended = (async (): Promise<Ending> => {
    // "close" and not "exit": its last words have been read by then.
    const [code, signal] = await once(child, "close");
    await closeLog?.();
    ending = { code, signal };
    return ending;
  })().catch((error: Error): Ending => {
    onLine(error.message); // It never ran.
    ending = { code: 1, signal: null };
    return ending;
  });

  return {
    name: part.name,
    pid: child.pid ?? 0,
    ended,
    get endedByItself() {
      return told ? undefined : ending;
    },
    async listening() {
      const tooLate = Promise.withResolvers<"too late">();
      const timer = setTimeout(() => tooLate.resolve("too late"), startLimitMs);
      const first = await Promise.race([allOpen.promise, ended, tooLate.promise]);
      clearTimeout(timer);
      if (first === undefined) return opened;
      throw new Error(first === "too late" ? slow(part.name, tail) : dead(part.name, first, tail));
    },
    stop,
    resized: () => void (ownSession && child.kill("SIGWINCH")),
    async [Symbol.asyncDispose]() {
      await stop();
    },
  };

  async function stop(): Promise<Ending> {
    if (ending === undefined && !told) {
      told = true;
      child.kill("SIGTERM");
    }
    const limitMs = part.program === "demo" ? systemLeaveLimitMs : leaveLimitMs;
    const timer = setTimeout(() => child.kill("SIGKILL"), limitMs);
    const result = await ended;
    clearTimeout(timer);
    return result;
  }
}

function slow(name: string, tail: readonly string[]): string {
  return [`${name} is not up after ${startLimitMs / 1_000} s; it said:`, ...tail].join("\n  ");
}

function dead(name: string, ending: Ending, tail: readonly string[]): string {
  // A failure that was to be expected is one line of the program's own; only otherwise is the rest of interest.
  const words = tail.at(-1);
  if (words?.startsWith("hey-")) return `${name} did not start: ${words}`;
  return [`${name} ended (${howEnded(ending)}); it said:`, ...tail].join("\n  ");
}

/** An ending in words. */
export function howEnded({ code, signal }: Ending): string {
  return signal ?? `exit code ${code}`;
}

/** Writes all it says to a file, and hands it on line by line. Returns what closes the file. */
function record({ stdout, stderr }: ChildProcess, path: string, onLine: (line: string) => void): () => Promise<void> {
  const file = createWriteStream(path, { flags: "a" }); // one that is started again goes on in it
  for (const stream of [stdout, stderr]) {
    if (stream === null) continue;
    stream.pipe(file, { end: false });
    createInterface({ input: stream }).on("line", onLine);
  }
  return () => new Promise((resolve) => file.end(() => resolve()));
}
