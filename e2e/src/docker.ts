import { execFile } from "node:child_process";
import { promisify } from "node:util";

const exec = promisify(execFile);

export interface RunOptions {
  readonly cwd?: string | undefined;
  readonly env?: NodeJS.ProcessEnv | undefined;
  /** When to give up, in milliseconds. */
  readonly limitMs?: number | undefined;
}

interface Failure {
  readonly code?: unknown;
  readonly killed?: boolean;
}

/**
 * Runs a docker command and returns what it wrote to stdout. Rejects with what it said of its failure.
 */
export async function run(
  args: readonly string[],
  { limitMs = 120_000, ...options }: RunOptions = {},
): Promise<string> {
  try {
    const { stdout } = await exec("docker", args, { ...options, timeout: limitMs, maxBuffer: 64 * 2 ** 20 });
    return stdout;
  } catch (thrown) {
    const { code, killed, stdout = "", stderr = "" } = thrown as Partial<Record<"stdout" | "stderr", string>> & Failure;
    // A failed build says what failed on stdout.
    const said = `${stdout.split("\n").slice(-20).join("\n")}${stderr}`.trim();
    const words = code === "ENOENT" ? "there is no docker command" : killed ? `not done after ${limitMs} ms` : said;
    throw new Error(`docker ${args.slice(0, 6).join(" ")}: ${words}`);
  }
}
