import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after } from "node:test";

/** An echo server of another library, or why it cannot be started. */
export interface OtherServer {
  readonly name: string;
  readonly skip: string | false;
  start(): Promise<{ readonly target: string } & AsyncDisposable>;
}

const peers = new URL("../../peers/", import.meta.url).pathname;
/** The command of a server in another language, or why there is none: then its tests are skipped, and fail where they are required. */
function command(
  what: string,
  required: boolean,
  make: () => readonly string[],
): { command: readonly string[] } | { skip: string } {
  try {
    return { command: make() };
  } catch (error) {
    if (required) throw error;
    return { skip: `SKIPPED: ${what} is not installed, so that the transport is not tested against its server` };
  }
}

function goServer(): readonly string[] {
  const folder = mkdtempSync(join(tmpdir(), "wire-go-"));
  after(() => rmSync(folder, { recursive: true, force: true }));
  const program = join(folder, "echo-server");
  execFileSync("go", ["-C", join(peers, "go"), "build", "-o", program, "."], { stdio: ["ignore", "ignore", "pipe"] });
  return [program];
}

function pythonServer(): readonly string[] {
  execFileSync("python3", ["-c", "import grpc"], { stdio: "ignore" });
  return ["python3", join(peers, "python/echo_server.py")];
}

async function start(command: readonly string[]): Promise<{ target: string } & AsyncDisposable> {
  const [program = "", ...args] = command;
  const child = spawn(program, args, { stdio: ["pipe", "pipe", "inherit"] });
  const [port] = await once(createInterface(child.stdout), "line");
  return {
    target: `127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      const exited = once(child, "exit");
      child.kill();
      await exited;
    },
  };
}

/** Those in `peers/`: built once for a test file. Throws where one cannot be started and the environment requires it. */
export function otherServers(env: Readonly<Record<string, string | undefined>>): readonly OtherServer[] {
  const required = env["HEY_E2E"] === "required";
  const all = [
    ["grpc-go", command("Go (or its modules)", required, goServer)],
    ["grpcio for Python", command("Python with grpcio", required, pythonServer)],
  ] as const;
  return all.map(([name, found]) => ({
    name,
    skip: "skip" in found ? found.skip : false,
    start: () => start("command" in found ? found.command : []),
  }));
}
