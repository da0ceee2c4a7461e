import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { type Io, ProgramError } from "@hey/runtime";
import { type Background, startBackground } from "./background.ts";
import { bootstrap } from "./bootstrap.ts";
import { type Child, howEnded, startChild } from "./child.ts";
import { freeOr0 } from "./free-port.ts";
import { client, controlPlane, front, type Replica, replicas } from "./lineup.ts";
import { meshFile } from "./mesh-file.ts";
import { portList, type Row } from "./port-list.ts";
import type { DemoSettings } from "./settings.ts";
import { type SystemPart, writeSystem } from "./system-file.ts";
import { openWorkshop, type Workshop } from "./workshop.ts";

/** The ports that the documents name: whoever asked for another front has a second system here, or wants none of them. */
const documented = { front: 9_999, meshService: 18_001 };

const checkout = fileURLToPath(new URL("../../..", import.meta.url));
const meshSchema = join(checkout, "packages/control-plane/schema/mesh.schema.json");

/** The process that this is. */
export interface Self {
  readonly pid: number;
  /** The Node to run programs with. */
  readonly nodePath: string;
  /** Has the listener called whenever somebody wants what has ended to be started again. */
  onStartAgain(listener: () => void): void;
}

/** Runs the system until the client ends or the signal comes; resolves to the client's exit code. */
export async function run(settings: DemoSettings, io: Io, self: Self): Promise<number> {
  const workshop = await openWorkshop(`${checkout}.hey`);
  let keep = true;
  try {
    // Nothing here leaves this host: a proxy for the world outside would only be in the way.
    const env = {
      // Six programs that start at once on a small machine need not all translate the same sources again.
      NODE_COMPILE_CACHE: `${checkout}.hey/cache`,
      ...io.env,
      no_grpc_proxy: "127.0.0.1,localhost,heyhow",
    };
    await using background = startBackground((part) => ({
      part,
      nodePath: self.nodePath,
      env: { ...env, GRPC_XDS_BOOTSTRAP: workshop.path(`${part.name}.xds.json`) },
      output: { file: workshop.path(`${part.name}.log`) },
    }));
    const code = await runSystem({ settings, io, self, env, workshop, background });
    await background.stop();
    for (const { name, endedByItself } of background.children) {
      if (endedByItself) io.stderr.write(`${name} ended while the system ran: ${howEnded(endedByItself)}\n`);
    }
    keep = code !== 0;
    return code;
  } catch (error) {
    keep = error !== io.signal.reason;
    throw error;
  } finally {
    if (!keep) await workshop.remove();
    else io.stderr.write(`The logs are kept in ${relative("", workshop.folder)}/\n`);
  }
}

interface Stage {
  readonly settings: DemoSettings;
  readonly io: Io;
  readonly self: Self;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly workshop: Workshop;
  readonly background: Background;
}

async function runSystem({ settings, io, self, env, workshop, background }: Stage): Promise<number> {
  const up = async (child: Child, note = ""): Promise<Row> => {
    const addresses = await orSignal(child.listening().catch(fail), io.signal);
    return { name: child.name, pid: child.pid, note, addresses };
  };

  const servers = replicas(settings.servers);
  io.stderr.write(`Starting ${servers.length} servers, a front and a control plane ...\n`);
  const [frontRow, ...rows] = await Promise.all([
    up(background.start(front(settings.port))),
    ...servers.map((part) => up(background.start(part), `${part.version}/${part.zone}`)),
  ]);
  const endpoints = servers.map(({ version, zone }, index) => {
    return { version, zone, address: rows[index]?.addresses.grpc ?? "" };
  });
  const mesh = await workshop.write("mesh.yaml", meshFile(endpoints, relative(workshop.folder, meshSchema)));
  const meshPort = settings.port === documented.front ? await freeOr0(documented.meshService) : 0;
  const controlPlaneRow = await up(background.start(controlPlane(mesh, meshPort)));
  // The servers look for theirs at their first hop.
  const ads = controlPlaneRow.addresses.ads ?? "";
  for (const name of ["front", "client", "you", ...servers.map((part) => part.name)]) {
    await workshop.write(`${name}.xds.json`, bootstrap(ads, name));
  }

  io.stderr.write(`\n${portList([...(frontRow ? [frontRow] : []), ...rows, controlPlaneRow])}`);
  const here = relative("", workshop.folder);
  io.stderr.write(`
  ${here}/mesh.yaml      who gets traffic: edit it while this runs
  ${here}/*.log          what each program says
  ${here}/you.xds.json   GRPC_XDS_BOOTSTRAP for an xDS client of your own
  kill -USR2 ${String(self.pid).padEnd(here.length + 11)}starts again what has ended
${elsewhere(frontRow?.addresses.grpc)}${operated(controlPlaneRow.addresses.mesh)}\n`);

  const announce = async () => {
    const parts = await Promise.all([...newest(background.children).values()].map((child) => partOf(child, servers)));
    const { folder } = workshop;
    await writeSystem({ pid: self.pid, folder, mesh, bootstrap: workshop.path("you.xds.json"), parts });
  };
  await announce();
  self.onStartAgain(() => {
    void background
      .startAgain()
      .then(announce, (error: Error) => io.stderr.write(`not started again: ${error.message}\n`));
  });

  return inForeground(
    startChild({
      part: client(settings.seconds),
      nodePath: self.nodePath,
      env: { ...env, GRPC_XDS_BOOTSTRAP: workshop.path("client.xds.json") },
      output: "inherit",
    }),
    io,
  );
}

/** Of those that were started again the last. */
function newest(children: readonly Child[]): ReadonlyMap<string, Child> {
  return new Map(children.map((child) => [child.name, child] as const));
}

async function partOf(child: Child, servers: readonly Replica[]): Promise<SystemPart> {
  const { version = "", zone = "" } = servers.find(({ name }) => name === child.name) ?? {};
  return { name: child.name, pid: child.pid, addresses: await child.listening(), version, zone };
}

async function inForeground(child: Child, { signal, stdout }: Io): Promise<number> {
  await using running = child;
  const stop = () => void running.stop();
  const resized = () => running.resized();
  signal.addEventListener("abort", stop);
  stdout.on("resize", resized);
  if (signal.aborted) stop();
  const { code } = await running.ended;
  signal.removeEventListener("abort", stop);
  stdout.off("resize", resized);
  // Told to stop before it could listen for that: nothing has failed.
  return code ?? (signal.aborted ? 0 : 1);
}

/** The client's hints and the documents say 9999. */
function elsewhere(door = ""): string {
  return door.endsWith(`:${documented.front}`)
    ? ""
    : `\nThe front is at ${door}: wherever it says localhost:9999, that is meant.\n`;
}

/** The documents say hey-mesh without its flag. */
function operated(meshService = ""): string {
  return meshService.endsWith(`:${documented.meshService}`)
    ? ""
    : `\nhey-mesh needs --mesh-service ${meshService} here.\n`;
}

function fail(error: Error): never {
  const hint = error.message.includes("the port is taken") ? "\nAnother port: npm start -- --port 10000" : "";
  throw new ProgramError(error.message + hint, { cause: error });
}

function orSignal<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const abort = () => reject(signal.reason);
  if (signal.aborted) abort();
  signal.addEventListener("abort", abort);
  return Promise.race([promise, aborted]).finally(() => signal.removeEventListener("abort", abort));
}
