import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";

const limitMs = 30_000;

/** How a program ended. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** hey-client in a process of its own, for tests. Disposing kills it. */
export interface StartedClient extends Disposable {
  readonly process: ChildProcessByStdio<null, Readable, Readable>;
  readonly ended: Promise<Ended>;
  /** What stderr matches, now or later; rejects when the program ends first or after 30 s. */
  seen(pattern: RegExp): Promise<RegExpExecArray>;
}

/** Starts it without admin ports; those given in `flags` win. */
export function startClient(
  { execPath, env }: { readonly execPath: string; readonly env: NodeJS.ProcessEnv },
  flags: readonly string[],
): StartedClient {
  const main = fileURLToPath(new URL("./main.ts", import.meta.url));
  const child = spawn(execPath, [main, "--admin-http", "off", "--admin-grpc", "off", ...flags], {
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  const looks = new Set<() => void>();
  child.stdout.on("data", (text) => {
    stdout += text;
  });
  child.stderr.on("data", (text) => {
    stderr += text;
    for (const look of looks) look();
  });
  const ended = once(child, "close").then(([code]) => ({ code, stdout, stderr }));
  return {
    process: child,
    ended,
    seen(pattern) {
      const { promise, resolve, reject } = Promise.withResolvers<RegExpExecArray>();
      const miss = (why: string) => reject(new Error(`${why} before ${pattern}: ${stderr}`));
      const limit = setTimeout(miss, limitMs, "time passed");
      const look = () => {
        const found = pattern.exec(stderr);
        if (found !== null) resolve(found);
      };
      looks.add(look);
      ended.then(() => miss("the program ended"));
      look();
      return promise.finally(() => {
        clearTimeout(limit);
        looks.delete(look);
      });
    },
    [Symbol.dispose]: () => child.kill("SIGKILL"),
  };
}
