import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { promisify } from "node:util";
import type { Environment } from "@hey/runtime";
import { ProgramError } from "@hey/runtime";

const exec = promisify(execFile);

/** A container that runs until it is told to end. */
export interface RunningContainer {
  /** Sends it SIGINT; resolves to what it wrote to stdout. */
  end(): Promise<string>;
}

/** The docker command in a folder with a docker-compose.yml. */
export interface Docker {
  /** Resolves to stdout. Rejects with what docker said. */
  run(args: readonly string[]): Promise<string>;
  /** Starts `docker ARGS`, which runs a container of this name; resolves once a line of stderr fits. */
  start(name: string, args: readonly string[], isUp: RegExp): Promise<RunningContainer>;
}

/** Longer than compose takes to start or to stop what it has. */
const limitMs = 120_000;

export function createDocker(folder: string, env: Environment): Docker {
  const options = { cwd: folder, env: { ...env } };

  async function run(args: readonly string[]): Promise<string> {
    try {
      const { stdout } = await exec("docker", args, { ...options, timeout: limitMs, maxBuffer: 64 * 2 ** 20 });
      return stdout;
    } catch (thrown) {
      const { code, stderr = "", message = "" } = thrown as { code?: unknown; stderr?: string; message?: string };
      const words = code === "ENOENT" ? "there is no docker command" : stderr.trim() || message;
      throw new ProgramError(`docker ${args.slice(0, 6).join(" ")}: ${words}`, { cause: thrown });
    }
  }

  return {
    run,
    async start(name, args, isUp) {
      const child = spawn("docker", args, { ...options, stdio: ["ignore", "pipe", "pipe"] });
      const output = text(child.stdout);
      const ended = once(child, "close");
      const said: string[] = [];
      await new Promise<void>((resolve, reject) => {
        createInterface({ input: child.stderr }).on("line", (line) => {
          said.push(line);
          if (isUp.test(line)) resolve();
        });
        child.on("error", reject);
        child.on("close", () => reject(new ProgramError(`${name} ended too soon: ${said.join("\n")}`)));
      });
      return {
        async end() {
          await run(["kill", "--signal", "SIGINT", name]);
          await ended;
          return await output;
        },
      };
    },
  };
}
