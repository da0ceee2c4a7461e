import { existsSync } from "node:fs";
import { join } from "node:path";
import { EndpointHealth, type MeshStatus } from "@hey/proto/mesh";
import { ProgramError } from "@hey/runtime";
import { readCommand } from "./command.ts";
import { createDocker, type RunningContainer } from "./docker.ts";
import { diffMesh, editMesh } from "./edit-mesh.ts";
import { loadgenArgs, sampleOfReport } from "./loadgen.ts";
import { changeProblem } from "./mesh-state.ts";
import { openMeshText } from "./mesh-text.ts";
import type { Step } from "./page.ts";
import type { Sample, Server } from "./sample.ts";
import type { Self } from "./self.ts";
import { lockSystem } from "./system-lock.ts";
import { until } from "./until.ts";
import type { CallPlan, World } from "./world.ts";

export interface ComposeWorldOptions {
  /** Where the docker-compose.yml is, and mesh/mesh.yaml beside it. */
  readonly folder: string;
  readonly self: Self;
  readonly signal: AbortSignal;
}

/** What `docker inspect` knows of a container, as far as it is asked here. */
interface Container {
  readonly State: { readonly Running: boolean };
  readonly Config: {
    readonly Hostname: string;
    readonly Env: readonly string[];
    readonly Labels: Readonly<Record<string, string>>;
  };
  readonly NetworkSettings: { readonly Networks: Readonly<Record<string, { readonly IPAddress: string }>> };
}

const services = ["server", "server-v2"];

/**
 * Joins what `docker compose up` runs. Calls are made by containers of hey-loadgen, each sample by one of its own, which asks
 * the control plane when it starts: so nothing waits for clients here.
 */
export async function joinComposeWorld({ folder, self, signal }: ComposeWorldOptions): Promise<World> {
  if (!existsSync(join(folder, "mesh/mesh.yaml"))) {
    const wanted = "expected a folder with a docker-compose.yml and mesh/mesh.yaml";
    throw new ProgramError(`--system: ${wanted}, got ${folder}`, { exitCode: 2 });
  }
  const docker = createDocker(folder, self.env);
  const compose = (...args: readonly string[]) => docker.run(["compose", "--profile", "canary", ...args]);
  const heyMesh = (...words: readonly string[]) => compose("exec", "-T", "control-plane", "hey-mesh", ...words);
  const mesh = openMeshText(join(folder, "mesh/mesh.yaml"));
  if ((await compose("ps", "--status", "running", "--quiet", "control-plane")).trim() === "") {
    throw new ProgramError(`expected a control plane in ${folder}, got none: start it with docker compose up`);
  }

  await using opening = new AsyncDisposableStack();
  opening.use(await lockSystem(folder, self));
  const status = async (): Promise<MeshStatus> => JSON.parse(await heyMesh("status", "--json"));
  const problem = changeProblem(await status());
  if (problem !== undefined) throw new ProgramError(problem);
  /** Those that are gone too: calls were made to them. */
  const known = new Map<string, Server>();
  const before = await counts();
  const loads = new Set<RunningContainer>();
  let composed = false;
  let started = 0;

  async function containers(): Promise<readonly Container[]> {
    const ids = (await compose("ps", "--all", "--quiet", ...services)).split("\n").filter((id) => id !== "");
    if (ids.length === 0) return [];
    const inspected: Container[] = JSON.parse(await docker.run(["inspect", "--type", "container", ...ids]));
    return inspected.toSorted((a, b) => placeOf(a) - placeOf(b));
  }

  async function counts(): Promise<readonly number[]> {
    const running = (await containers()).filter(({ State }) => State.Running);
    return services.map((service) => running.filter((each) => serviceOf(each) === service).length);
  }

  async function servers(): Promise<readonly Server[]> {
    if (known.size === 0) learn(await containers());
    return [...known.values()];
  }

  function learn(all: readonly Container[]): void {
    for (const server of all.map(serverOf)) if (server.address !== "") known.set(server.name, server);
  }

  /** Waits until the control plane calls all servers that run, and nobody else. */
  async function discovered(): Promise<void> {
    const all = await containers();
    learn(all);
    const running = all.filter(({ State }) => State.Running);
    const wanted = running.map((each) => serverOf(each).address).toSorted();
    const healthy = async () => healthyOf(await status());
    await until(`found and healthy: ${wanted.join(", ")}`, healthy, (now) => now.join() === wanted.join(), signal);
  }

  async function perform({ language, lines }: Step): Promise<void> {
    if (language === "sh") {
      const all = await servers();
      for (const line of lines) {
        const command = readCommand(line, (program) => numbered(all, program));
        if (command.kind === "hey-mesh") await heyMesh(...command.words);
        else if (command.kind === "compose") {
          composed = true;
          // Just as it is written: with the profile a plain "up" would start the second version too.
          await docker.run(["compose", ...command.words]);
          await discovered();
        } else throw new Error(`${line}: no command of this world`);
      }
    } else if (language === "json") {
      throw new Error("expected no channel of one's own in this world");
    } else {
      const text = await mesh.read();
      const { version } = await status();
      await mesh.write(language === "diff" ? diffMesh(text, lines) : editMesh(text, lines.join("\n")));
      const followed = await until(
        "followed by the control plane",
        async () => {
          const { version: now, configErrors } = await status();
          return { version: now, configErrors };
        },
        (now) => now.version !== version || now.configErrors.length > 0,
        signal,
      );
      if (followed.configErrors.length > 0) throw new Error(followed.configErrors.join("; "));
    }
  }

  async function restore(): Promise<readonly string[]> {
    try {
      await Promise.all([...loads].map((load) => load.end()));
      loads.clear();
      await mesh.restore();
      await heyMesh("reset");
      if (composed) {
        const [v1 = 0, v2 = 0] = before;
        if ((await counts())[0] !== v1) {
          await compose("up", "--detach", "--no-recreate", "--wait", "--scale", `server=${v1}`, "server");
        }
        if (v2 === 0) await compose("rm", "--stop", "--force", "server-v2");
        await discovered();
      }
      composed = false;
      known.clear();
      return [];
    } catch (error) {
      return [error instanceof Error ? error.message : String(error)];
    }
  }

  const run = ["compose", "--profile", "load", "run", "--rm", "--no-deps", "-T"];

  async function call(plan: CallPlan): Promise<Sample> {
    const report = await docker.run([...run, "loadgen", "--quiet", ...loadgenArgs(plan)]);
    signal.throwIfAborted();
    return sampleOfReport(JSON.parse(report), await servers());
  }

  async function onlyLocal(): Promise<never> {
    throw new Error("expected a lesson for this world: only npm start's has this");
  }

  const opened = opening.move();
  return {
    kind: "compose",
    servers,
    perform,
    call,
    async begin(plan) {
      const name = `${await compose("config", "--format", "json").then(projectOf)}-lesson-${++started}`;
      // Its progress: one line a second.
      const load = await docker.start(
        name,
        [...run, "--name", name, "loadgen", ...loadgenArgs(plan)],
        /^ *\d+s .*\/s /,
      );
      loads.add(load);
      return {
        async end() {
          loads.delete(load);
          return sampleOfReport(JSON.parse(await load.end()), await servers());
        },
      };
    },
    answers: onlyLocal,
    callPlain: onlyLocal,
    handled: onlyLocal,
    restore,
    async [Symbol.asyncDispose]() {
      await Promise.all([...loads].map((load) => load.end()));
      await opened.disposeAsync();
    },
  };
}

/** Pages name the servers as npm start does: server-2 is the second of them. */
function numbered(servers: readonly Server[], program: string): string {
  const [, number] = /^server-(\d+)$/.exec(program) ?? [];
  return servers[Number(number) - 1]?.address ?? "";
}

function projectOf(config: string): string {
  return JSON.parse(config).name;
}

function serviceOf({ Config }: Container): string {
  return Config.Labels["com.docker.compose.service"] ?? "";
}

/** By service, then by the number of the container. */
function placeOf(container: Container): number {
  const number = Number(container.Config.Labels["com.docker.compose.container-number"] ?? 0);
  return services.indexOf(serviceOf(container)) * 1_000 + number;
}

function serverOf({ Config, NetworkSettings }: Container): Server {
  const variable = (name: string) => Config.Env.find((each) => each.startsWith(`${name}=`))?.slice(name.length + 1);
  const host = Object.values(NetworkSettings.Networks)[0]?.IPAddress ?? "";
  return {
    name: Config.Hostname,
    version: variable("HEY_VERSION") ?? "v1",
    zone: variable("HEY_ZONE") ?? "a",
    address: host === "" ? "" : `${host}:9999`,
  };
}

function healthyOf({ services: all }: MeshStatus): readonly string[] {
  return all
    .flatMap(({ endpoints }) => endpoints)
    .filter(({ health }) => health === EndpointHealth.HEALTHY)
    .map(({ address }) => address)
    .toSorted();
}
