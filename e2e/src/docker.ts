import { execFile } from "node:child_process";
import { promisify } from "node:util";

const exec = promisify(execFile);

export interface RunOptions {
  readonly cwd?: string | undefined;
  readonly env?: NodeJS.ProcessEnv | undefined;
  /** When to give up, in milliseconds. */
  readonly limitMs?: number | undefined;
}

/**
 * Runs a docker command and returns what it wrote to stdout. Rejects with what it wrote to stderr, which is where
 * Docker says what is wrong.
 */
export async function run(
  args: readonly string[],
  { limitMs = 120_000, ...options }: RunOptions = {},
): Promise<string> {
  try {
    const { stdout } = await exec("docker", args, { ...options, timeout: limitMs, maxBuffer: 64 * 2 ** 20 });
    return stdout;
  } catch (thrown) {
    const { code, killed, stderr } = thrown as { code?: unknown; killed?: boolean; stderr?: string };
    const words =
      code === "ENOENT" ? "there is no docker command" : killed ? `not done after ${limitMs} ms` : stderr?.trim();
    throw new Error(`docker ${args.slice(0, 6).join(" ")}: ${words}`, { cause: thrown });
  }
}
