import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { type Io, ProgramError } from "@hey/runtime";
import { bootstrap } from "./bootstrap.ts";
import { type Child, howEnded, startChild } from "./child.ts";
import { freeOr0 } from "./free-port.ts";
import { client, controlPlane, front, type Part, replicas } from "./lineup.ts";
import { meshFile } from "./mesh-file.ts";
import { portList, type Row } from "./port-list.ts";
import type { DemoSettings } from "./settings.ts";
import { openWorkshop, type Workshop } from "./workshop.ts";

/** The ports that the documents name: whoever asked for another front has a second system here, or wants none of them. */
const documented = { front: 9_999, meshService: 18_001 };

const checkout = fileURLToPath(new URL("../../..", import.meta.url));

/** Runs the system until the client ends or the signal comes; resolves to the client's exit code. */
export async function run(settings: DemoSettings, io: Io, nodePath: string): Promise<number> {
  const workshop = await openWorkshop(`${checkout}.hey`);
  let keep = true;
  try {
    await using background = startBackground();
    const code = await runSystem({ settings, io, nodePath, workshop, background });
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

/** The programs without a terminal; they end together. */
function startBackground() {
  const children: Child[] = [];
  const stop = async () => {
    await Promise.all(children.map((child) => child.stop()));
  };
  return { children, stop, [Symbol.asyncDispose]: stop };
}

interface Stage {
  readonly settings: DemoSettings;
  readonly io: Io;
  readonly nodePath: string;
  readonly workshop: Workshop;
  readonly background: ReturnType<typeof startBackground>;
}

async function runSystem({ settings, io, nodePath, workshop, background }: Stage): Promise<number> {
  // Nothing here leaves this host: a proxy for the world outside would only be in the way.
  const env = {
    // Six programs that start at once on a small machine need not all translate the same sources again.
    NODE_COMPILE_CACHE: `${checkout}.hey/cache`,
    ...io.env,
    no_grpc_proxy: "127.0.0.1,localhost,heyhow",
  };
  const inBackground = (part: Part) => {
    const xds = { GRPC_XDS_BOOTSTRAP: workshop.path(`${part.name}.xds.json`) };
    const output = { file: workshop.path(`${part.name}.log`) };
    const child = startChild({ part, nodePath, env: { ...env, ...xds }, output });
    background.children.push(child);
    return child;
  };
  const up = async (child: Child, note = ""): Promise<Row> => {
    const addresses = await orSignal(child.listening().catch(fail), io.signal);
    return { name: child.name, pid: child.pid, note, addresses };
  };

  const servers = replicas(settings.servers);
  io.stderr.write(`Starting ${servers.length} servers, a front and a control plane ...\n`);
  const [frontRow, ...rows] = await Promise.all([
    up(inBackground(front(settings.port))),
    ...servers.map((part) => up(inBackground(part), `${part.version}/${part.zone}`)),
  ]);
  const endpoints = servers.map(({ version, zone }, index) => {
    return { version, zone, address: rows[index]?.addresses.grpc ?? "" };
  });
  const mesh = await workshop.write("mesh.yaml", meshFile(endpoints));
  const meshPort = settings.port === documented.front ? await freeOr0(documented.meshService) : 0;
  const controlPlaneRow = await up(inBackground(controlPlane(mesh, meshPort)));
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
${elsewhere(frontRow?.addresses.grpc)}${operated(controlPlaneRow.addresses.mesh)}\n`);

  return inForeground(
    startChild({
      part: client(settings.seconds),
      nodePath,
      env: { ...env, GRPC_XDS_BOOTSTRAP: workshop.path("client.xds.json") },
      output: "inherit",
    }),
    io,
  );
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
