import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

/** `npm start` as a process, for tests. Disposing kills it if it still runs. */
export interface StartedDemo extends AsyncDisposable {
  readonly process: ChildProcess;
  /** What it has written so far, both streams. */
  output(): string;
  /** Kept when the output matches; rejects when the demo ends before, or does not in time. */
  seen(pattern: RegExp): Promise<RegExpMatchArray>;
  /** The same for what it writes from now on. */
  seenNext(pattern: RegExp): Promise<RegExpMatchArray>;
  readonly ended: Promise<{ readonly code: number | null; readonly signal: string | null }>;
}

/** Longer than a start takes on a machine that is busy with other tests. */
const limitMs = 30_000;

/** What a test has of the process that it runs in. */
type Self = Pick<NodeJS.Process, "execPath" | "env">;

/** Starts the demo with a front at a port of the system's choice, unless `args` say otherwise. */
export function startDemo({ execPath, env }: Self, args: readonly string[]): StartedDemo {
  const main = fileURLToPath(new URL("./main.ts", import.meta.url));
  const child = spawn(execPath, [main, "--port", "0", ...args], { env });
  let text = "";
  const wakers = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
      for (const wake of wakers) wake();
    });
  }
  const ended = once(child, "close").then(([code, signal]) => ({ code, signal }));
  return {
    process: child,
    output: () => text,
    ended,
    seen: (pattern) => seen(pattern, 0),
    seenNext: (pattern) => seen(pattern, text.length),
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await ended;
    },
  };

  function seen(pattern: RegExp, from: number): Promise<RegExpMatchArray> {
    const { promise, resolve, reject } = Promise.withResolvers<RegExpMatchArray>();
    const look = () => {
      const match = text.slice(from).match(pattern);
      if (match !== null) resolve(match);
    };
    const timer = setTimeout(() => reject(new Error(`no ${pattern} after ${limitMs} ms in:\n${text}`)), limitMs);
    void ended.then(() => reject(new Error(`ended without ${pattern}:\n${text}`)));
    wakers.add(look);
    look();
    return promise.finally(() => {
      clearTimeout(timer);
      wakers.delete(look);
    });
  }
}

/** The pids of a process's children. */
export function childrenOf(pid: number): readonly number[] {
  return execFileSync("ps", ["-A", "-o", "pid=,ppid="], { encoding: "utf8" })
    .split("\n")
    .map((line) => line.trim().split(/\s+/).map(Number))
    .flatMap(([child, parent]) => (parent === pid && child !== undefined ? [child] : []));
}

/** Those of the processes that still run; one that has ended but was not asked about yet does not. */
export function running(pids: readonly number[]): readonly number[] {
  if (pids.length === 0) return [];
  const lines = execFileSync("ps", ["-A", "-o", "pid=,stat="], { encoding: "utf8" }).split("\n");
  const alive = lines.flatMap((line) => {
    const [pid, state = ""] = line.trim().split(/\s+/);
    return state.startsWith("Z") ? [] : [Number(pid)];
  });
  return pids.filter((pid) => alive.includes(pid));
}
