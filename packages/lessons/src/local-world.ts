import { join } from "node:path";
import type { ChannelOptions } from "@grpc/grpc-js";
import { createHeyHow, type HeyHow, openChannel } from "@hey/client";
import { type Child, readSystem, type System, type SystemPart, startChild } from "@hey/demo";
import { ProgramError } from "@hey/runtime";
import { callSay } from "./call-say.ts";
import { type Command, readCommand } from "./command.ts";
import { diffMesh, editMesh } from "./edit-mesh.ts";
import { createLocalOperator } from "./local-operator.ts";
import { changeProblem } from "./mesh-state.ts";
import type { Step } from "./page.ts";
import { checkout } from "./places.ts";
import { type Server, toSample } from "./sample.ts";
import type { Self } from "./self.ts";
import { lockSystem } from "./system-lock.ts";
import { until } from "./until.ts";
import type { CallPlan, World } from "./world.ts";

export interface LocalWorldOptions {
  readonly system: System;
  readonly self: Self;
  readonly signal: AbortSignal;
}

/** Joins a system that `npm start` runs on this host. */
export async function joinLocalWorld({ system, self, signal }: LocalWorldOptions): Promise<World> {
  const env = { ...self.env, NODE_COMPILE_CACHE: join(checkout, ".hey/cache"), GRPC_XDS_BOOTSTRAP: system.bootstrap };
  self.setEnv("GRPC_XDS_BOOTSTRAP", system.bootstrap);
  // What is there for the web must not get in the way of the control plane on this host.
  self.setEnv("no_grpc_proxy", "127.0.0.1,localhost,heyhow");
  const meshService = partOf(system, "control-plane").addresses.mesh ?? "";
  await using opening = new AsyncDisposableStack();
  opening.use(await lockSystem(system.folder, self));
  const operator = opening.use(createLocalOperator({ meshService, mesh: system.mesh, nodePath: self.nodePath, env }));
  const problem = changeProblem(await operator.status());
  if (problem !== undefined) throw new ProgramError(problem);
  const open = async (options: ChannelOptions) => {
    const heyHow = createHeyHow(opening.use(await openChannel({ target: "xds:///heyhow", env, options })));
    await warmUp(heyHow, signal);
    return heyHow;
  };
  const usual = await open({});
  // Calls that no server has seen are still made again, as gRPC always does; grpc.enable_retries would end that too.
  const once = await open({ "grpc-node.retry_max_attempts_limit": 1 });
  const make = (plan: CallPlan, until: AbortSignal) => callSay(plan.tryOnce === true ? once : usual, plan, until);
  const added: { readonly child: Child; readonly server: Server; readonly asWritten: string }[] = [];
  /** Those that nobody has ended yet. */
  const loads = new Set<AbortController>();
  let killed = false;
  /** The version before the first step, while there is something to take back. */
  let before: string | undefined;
  let serviceConfig = "{}";

  async function parts(): Promise<readonly SystemPart[]> {
    return (await readSystem(system.folder))?.parts ?? [];
  }

  async function servers(): Promise<readonly Server[]> {
    const own = (await parts()).filter(({ version }) => version !== "");
    return [
      ...own.map(({ name, version, zone, addresses }) => ({ name, version, zone, address: addresses.grpc ?? "" })),
      ...added.map(({ server }) => server),
    ];
  }

  async function obey(command: Command): Promise<void> {
    switch (command.kind) {
      case "hey-mesh":
        await operator.command(command.words);
        await operator.settled(signal);
        return;
      case "signal": {
        const own = added.find(({ child }) => child.name === command.program);
        if (own !== undefined) {
          self.kill(own.child.pid, command.signal);
          await own.child.ended;
          return;
        }
        killed = true;
        const part = (await parts()).find(({ name }) => name === command.program);
        if (part === undefined) throw new Error(`expected a program of npm start, got ${command.program}`);
        self.kill(part.pid, command.signal);
        await until(
          `ended: ${part.name}`,
          () => self.runs(part.pid),
          (still) => !still,
          signal,
        );
        return;
      }
      case "start-again":
        await startAgain();
        return;
      case "server":
        await addServer(command.args);
        return;
      case "compose":
        throw new Error("docker compose is no command of this world");
    }
  }

  async function startAgain(): Promise<void> {
    self.kill(system.pid, "SIGUSR2");
    const down = async () => (await parts()).filter(({ pid }) => !self.runs(pid)).map(({ name }) => name);
    await until("started again", down, (names) => names.length === 0);
    // A control plane that was started again has nothing to tell before it has asked every server.
    await until(
      "told of",
      async () => (await operator.status()).version,
      (version) => version !== "",
    );
    killed = false;
  }

  async function addServer(args: readonly string[]): Promise<void> {
    const word = (flag: string) => args[args.indexOf(flag) + 1] ?? "";
    const name = word("--name");
    // The documented port may be taken here; what is said twice counts as said last.
    const own = [...args, "--listen", "127.0.0.1:0", "--notice", "200ms"];
    const child = startChild({
      part: { name, program: "server", args: own, ports: ["grpc"] },
      nodePath: self.nodePath,
      env,
      output: { file: join(system.folder, `${name}.log`) },
    });
    const { grpc = "" } = await child.listening();
    const server = { name, version: word("--version-label"), zone: word("--zone"), address: grpc };
    added.push({ child, server, asWritten: word("--listen") });
  }

  async function perform({ language, lines }: Step): Promise<void> {
    before ??= (await operator.status()).version;
    if (language === "sh") {
      const all = await servers();
      const addressOf = (program: string) => all.find(({ name }) => name === program)?.address ?? "";
      for (const line of lines) await obey(readCommand(line, addressOf));
      return;
    }
    if (language === "json") {
      serviceConfig = lines.join("\n");
      return;
    }
    const mesh = await operator.mesh.read();
    const change = added.reduce(
      (text, { asWritten, server }) => text.replaceAll(asWritten, server.address),
      lines.join("\n"),
    );
    await operator.followMesh(language === "diff" ? diffMesh(mesh, lines) : editMesh(mesh, change), signal);
    await operator.settled(signal);
  }

  async function restore(): Promise<readonly string[]> {
    for (const load of loads) load.abort();
    loads.clear();
    const own = added.splice(0);
    try {
      // Of a system that has ended nothing is left.
      if (before !== undefined && self.runs(system.pid)) {
        if (killed) await startAgain();
        await operator.mesh.restore();
        await operator.command(["reset"]);
        const version = async () => (await operator.status()).version;
        await until("as it was before the lesson", version, (now) => now === before);
      }
      before = undefined;
      return [];
    } catch (error) {
      return [error instanceof Error ? error.message : String(error)];
    } finally {
      // Last: until then they are called.
      await Promise.all(own.map(({ child }) => child.stop()));
    }
  }

  const opened = opening.move();
  return {
    kind: "local",
    servers,
    perform,
    async call(plan: CallPlan) {
      const calls = await make(plan, signal);
      signal.throwIfAborted();
      return toSample(calls, await servers());
    },
    async answers(plan) {
      const names = new Map((await servers()).map(({ name, address }) => [address, name] as const));
      const calls = await make(plan, signal);
      signal.throwIfAborted();
      return calls
        .toSorted((a, b) => a.index - b.index)
        .map(({ code, address = "" }) => (code === "OK" ? (names.get(address) ?? "") : ""));
    },
    async callPlain(plan) {
      const all = await servers();
      const target = `ipv4:${all.map(({ address }) => address).join(",")}`;
      using plain = await openChannel({ target, options: { "grpc.service_config": serviceConfig } });
      // A channel to many begins with whoever is connected first.
      await warmUp(createHeyHow(plain), signal);
      const calls = await callSay(createHeyHow(plain), plan, signal);
      signal.throwIfAborted();
      return toSample(calls, all);
    },
    async begin(plan) {
      const stop = new AbortController();
      loads.add(stop);
      const calls = make({ ...plan, calls: Number.POSITIVE_INFINITY }, AbortSignal.any([signal, stop.signal]));
      return {
        async end() {
          stop.abort();
          loads.delete(stop);
          return toSample(await calls, await servers());
        },
      };
    },
    async handled(code) {
      const all = (await parts()).filter(({ version }) => version !== "");
      const counts = await Promise.all(all.map(({ addresses }) => handledAt(addresses["admin-http"] ?? "", code)));
      return counts.reduce((sum, each) => sum + each, 0);
    },
    restore,
    async [Symbol.asyncDispose]() {
      await Promise.all(added.map(({ child }) => child.stop()));
      await opened.disposeAsync();
    },
  };
}

function partOf({ parts }: System, wanted: string): SystemPart {
  const part = parts.find(({ name }) => name === wanted);
  if (part === undefined) throw new Error(`expected a ${wanted} in the system, got none`);
  return part;
}

/**
 * The first call of a process loads grpc-js-xds, and each server's first one connects: no lesson is about that. Whether they
 * end well is what the lessons' own calls show.
 */
async function warmUp(heyHow: HeyHow, signal: AbortSignal): Promise<void> {
  await callSay(heyHow, { calls: 1, deadlineMs: 20_000 }, signal);
  await callSay(heyHow, { calls: 30, atATime: 1 }, signal);
  signal.throwIfAborted();
}

async function handledAt(adminHttp: string, code: string): Promise<number> {
  const metrics = await (await fetch(`http://${adminHttp}/metrics`)).text();
  const line = new RegExp(
    `^grpc_server_handled_total\\{(?=[^}]*grpc_method="Say")(?=[^}]*grpc_code="${code}")[^}]*\\} (\\d+)$`,
    "m",
  );
  return Number(line.exec(metrics)?.[1] ?? 0);
}
