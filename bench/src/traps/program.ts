import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";

/** What the measurements read of a report of hey-loadgen; all of it is in its schema. */
export interface Report {
  readonly accounting: { readonly measured: Books };
  readonly rates: { readonly windowMs: number; readonly startedPerS: number; readonly finishedPerS: number };
  readonly latency: Readonly<Record<"response" | "responseOk" | "service" | "lateness", View>>;
  readonly codes: Readonly<Record<string, number>>;
  readonly generator: { readonly verdict: string; readonly gcTotalMs: number; readonly reasons: readonly string[] };
  readonly caveats: readonly string[];
}

interface Books {
  readonly planned: number;
  readonly started: number;
  readonly dropped: number;
  readonly queued: number;
  readonly finished: number;
  readonly cancelled: number;
}

interface View {
  readonly count: number;
  readonly minUs: number;
  readonly maxUs: number;
  readonly percentilesUs: Readonly<Record<string, number | null>>;
}

export const main = new URL("../../../packages/loadgen/src/main.ts", import.meta.url).pathname;
const call = ["--call", "HeyHowService/heyhow", "-d", '{"count":1,"msg":"How are you"}'];

/** A run of the program as a person starts it, and its report. */
export function start(args: readonly string[], shows: "progress" | "nothing" = "nothing") {
  const quiet = shows === "nothing" ? ["--quiet"] : [];
  const child = spawn(process.execPath, [main, ...call, ...quiet, "-O", "json=-", ...args], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = Promise.all([text(child.stdout), text(child.stderr), once(child, "close")]);
  return {
    child,
    async report(): Promise<Report & { readonly exitCode: number }> {
      const [stdout, stderr, [exitCode]] = await ended;
      if (stdout === "") throw new Error(`no report of hey-loadgen ${args.join(" ")}: ${stderr}`);
      return { ...JSON.parse(stdout), exitCode };
    },
  };
}

/** The same, to its end. */
export async function run(args: readonly string[], shows?: "progress" | "nothing") {
  return await start(args, shows).report();
}
