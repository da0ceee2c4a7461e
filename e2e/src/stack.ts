import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { DockerComposeEnvironment, Wait } from "testcontainers";
import { type Container, inspect } from "./container.ts";
import { run } from "./docker.ts";
import { createFeed, type Feed } from "./feed.ts";
import { createFolder } from "./folder.ts";

/** A compose project of the shipped file, with a name, a door and a folder of its own. Disposing leaves nothing. */
export interface Stack extends AsyncDisposable {
  readonly name: string;
  /** Its docker-compose.yml, mesh/ and reports/. */
  readonly folder: string;
  /** With which `docker compose` means this stack, in its folder. */
  readonly env: NodeJS.ProcessEnv;
  /** Runs `docker compose` and returns what it wrote to stdout. */
  compose(...args: readonly string[]): Promise<string>;
  /** The same without waiting for its end. */
  spawnCompose(...args: readonly string[]): ChildProcessByStdio<null, Readable, Readable>;
  /** All containers of the services, running or not, in order of their numbers. */
  containers(...services: readonly string[]): Promise<readonly Container[]>;
  /** Where the front answers on this host. */
  front(): Promise<string>;
  /** Replaces mesh.yaml as editors do: another file takes its name. */
  writeMesh(change: (text: string) => string): Promise<void>;
}

export interface RunningStack extends Stack {
  readonly feed: Feed;
  /** Scales the servers, and waits until they are healthy. */
  scale(servers: number): Promise<void>;
  /** Waits until every container that should run is healthy again. */
  healthy(): Promise<void>;
}

/** Makes a stack of which nothing runs yet. */
export async function createStack(name: string): Promise<Stack> {
  const folder = await createFolder();
  const project = `${process.env["HEY_E2E_PREFIX"] ?? "heyhow-e2e"}-${name}`;
  const options = { cwd: folder, env: { ...process.env, ...environment }, limitMs: 180_000 };
  const args = (rest: readonly string[]) => ["compose", "--project-name", project, ...rest];
  const stack: Stack = {
    name: project,
    folder,
    env: { ...options.env, COMPOSE_PROJECT_NAME: project },
    compose: (...rest) => run(args(rest), options),
    spawnCompose: (...rest) => spawn("docker", args(rest), { ...options, stdio: ["ignore", "pipe", "pipe"] }),
    async containers(...services) {
      const ids = await stack.compose("ps", "--all", "--quiet", ...services);
      return await inspect(ids.split("\n").filter((id) => id !== ""));
    },
    async front() {
      return (await stack.compose("port", "front", "9999")).trim();
    },
    async writeMesh(change) {
      const file = join(folder, "mesh", "mesh.yaml");
      await writeFile(`${file}.new`, change(await readFile(file, "utf8")));
      await rename(`${file}.new`, file);
    },
    async [Symbol.asyncDispose]() {
      await stack.compose("down", "--volumes", "--remove-orphans", "--timeout", "0");
      await rm(folder, { recursive: true, force: true });
    },
  };
  return stack;
}

/** Starts a stack of three servers and waits until every container is healthy. */
export async function startStack(name: string): Promise<RunningStack> {
  const stack = await createStack(name);
  await new DockerComposeEnvironment(stack.folder, "docker-compose.yml")
    .withProjectName(stack.name)
    .withEnvironment(environment)
    .withDefaultWaitStrategy(Wait.forHealthCheck())
    .withStartupTimeout(120_000)
    .withAutoCleanup(false) // what is left is removed by main.ts, without a container of testcontainers' own
    .up();
  const logs = stack.spawnCompose("logs", "--follow", "--no-color");
  let scaled = 3;
  const running: RunningStack = {
    ...stack,
    feed: createFeed(logs, name),
    async scale(servers) {
      scaled = servers;
      await running.healthy();
    },
    async healthy() {
      await stack.compose("up", "--detach", "--wait", "--no-recreate", "--scale", `server=${scaled}`);
    },
    async [Symbol.asyncDispose]() {
      await stack[Symbol.asyncDispose]();
      // With its containers gone it ends by itself.
      if (logs.exitCode === null) await once(logs, "close");
    },
  };
  return running;
}

/** What a developer has set for a stack of their own must not reach these. */
const environment = {
  SERVERS: "3",
  HEY_PORT: "0", // the system's choice
  HEY_UID: String(process.getuid?.() ?? 1000),
  HEY_GID: String(process.getgid?.() ?? 1000),
  COMPOSE_FILE: "docker-compose.yml",
  COMPOSE_PROFILES: "",
};
