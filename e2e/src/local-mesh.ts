import { execFile } from "node:child_process";
import { mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { type Child, startChild } from "@hey/demo";
import { checkout } from "./places.ts";

const exec = promisify(execFile);
const anyPort = "127.0.0.1:0";

/** A server of the mesh, as a process. */
export interface Server {
  readonly name: string;
  readonly version: string;
  /** ip:port, the same after it was started again. */
  readonly address: string;
  /** Tells it to leave, and waits until it has. */
  stop(): Promise<void>;
}

/** A control plane of the mesh, as a process. */
export interface ControlPlane {
  readonly ads: string;
  /** Ends it as a power cut would. */
  kill(): Promise<void>;
  /** Runs `hey-mesh` with these words, and resolves to what it prints. */
  heyMesh(...words: readonly string[]): Promise<string>;
}

/** Real programs as local processes around one mesh.yaml. Disposing ends them all. */
export interface LocalMesh extends AsyncDisposable {
  startServer(name: string, version: string, address?: string): Promise<Server>;
  startControlPlane(name: string, ads?: string): Promise<ControlPlane>;
  /** Writes mesh.yaml: these servers, with `settings` as further lines of the service heyhow, or of another. */
  write(servers: readonly Server[], settings?: readonly string[], service?: string): Promise<void>;
}

/** A folder for mesh.yaml and the programs' logs, and nothing started yet. */
export async function openLocalMesh(): Promise<LocalMesh> {
  const folder = await mkdtemp(join(tmpdir(), "local-mesh-"));
  const mesh = join(folder, "mesh.yaml");
  // Many short programs: what one has compiled, the next need not.
  const env = { ...process.env, NODE_COMPILE_CACHE: join(folder, "cache") };
  const running = new Set<Child>();

  async function start(name: string, program: "server" | "control-plane", args: readonly string[]) {
    const ports = program === "server" ? (["grpc"] as const) : (["ads", "mesh"] as const);
    const child = startChild({
      part: { name, program, args: [...args, "--admin-http", anyPort], ports },
      nodePath: process.execPath,
      env,
      output: { file: join(folder, `${name}.log`) },
    });
    running.add(child);
    return { child, addresses: await child.listening() };
  }

  async function end(child: Child): Promise<void> {
    running.delete(child);
    await child.stop();
  }

  return {
    async startServer(name, version, at = anyPort) {
      const { child, addresses } = await start(name, "server", [
        ...["--listen", at, "--name", name, "--version-label", version],
        ...["--notice", "300ms", "--drain", "3s", "--admin-grpc", anyPort],
      ]);
      return { name, version, address: addresses.grpc ?? "", stop: () => end(child) };
    },
    async startControlPlane(name, at = anyPort) {
      const args = ["--mesh", mesh, "--ads", at, "--mesh-service", anyPort];
      const { child, addresses } = await start(name, "control-plane", args);
      return {
        ads: addresses.ads ?? "",
        async kill() {
          running.delete(child);
          process.kill(child.pid, "SIGKILL");
          await child.ended;
        },
        async heyMesh(...words) {
          const main = join(checkout, "packages/control-plane/src/hey-mesh.ts");
          const args = [main, ...words, "--mesh-service", addresses.mesh ?? ""];
          return (await exec(process.execPath, args, { timeout: 30_000, env })).stdout;
        },
      };
    },
    async write(servers, settings = [], service = "heyhow") {
      const sources = servers.flatMap(({ address, version }) => [
        `      - static: ["${address}"]`,
        `        labels: { version: ${version}, zone: ${version === "v1" ? "a" : "b"} }`,
      ]);
      const lines = [
        "services:",
        `  ${service}:`,
        ...settings.map((line) => `    ${line}`),
        "    sources:",
        ...sources,
      ];
      await writeFile(`${mesh}.new`, `${lines.join("\n")}\n`);
      await rename(`${mesh}.new`, mesh);
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([...running].map(end));
      await rm(folder, { recursive: true, force: true });
    },
  };
}
