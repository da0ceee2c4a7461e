import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";
import { Client, credentials } from "@grpc/grpc-js";
import { type ChangeTrafficRequest, MeshService } from "@hey/proto/mesh";
import { type Arrival, openStreams } from "./ads-streams.ts";
import { withFolder } from "./contenders.ts";

const size = { services: 100, endpointsEach: 10, streams: 500, servicesEach: 20, perConnection: 50, changes: 40 };
const program = new URL("../../packages/control-plane/src/main.ts", import.meta.url).pathname;
/** Collects garbage on SIGUSR2, so that memory that is held can be told from memory that is not yet given back. */
const collecting = ["--expose-gc", "--import", "data:text/javascript,process.on('SIGUSR2',()=>globalThis.gc())"];
/** The longest that a change may take to come everywhere. */
const limitMs = 10_000;

/**
 * The control plane beside 500 streams of raw ADS, in a process of its own: how long one endpoint's change takes to reach
 * every stream that subscribed to it, what else is sent, and what a stream costs in memory.
 */
export async function controlPlane(): Promise<void> {
  await withFolder(async (folder) => {
    const mesh = join(folder, "mesh.yaml");
    writeFileSync(mesh, meshYaml());
    await using server = await startControlPlane(mesh);
    const before = await server.memory();
    // The first service is everybody's; of the others each stream has its part.
    const names = Array.from({ length: size.streams }, (_, stream) => [
      service(0),
      ...Array.from({ length: size.servicesEach - 1 }, (_, nth) =>
        service(1 + ((stream * 7 + nth) % (size.services - 1))),
      ),
    ]);
    using streams = openStreams(server.ads, names, size.perConnection);
    const startedMs = performance.now();
    await streams.ready;
    const readyMs = performance.now() - startedMs;
    const after = await server.memory();

    const delays: number[] = [];
    let stray = 0;
    for (let change = 0; change < size.changes; change++) {
      // In turn a service that all streams have, and one that a part of them has.
      const changed = change % 2 === 0 ? service(0) : service(1 + change);
      const subscribers = new Set(names.flatMap((own, stream) => (own.includes(changed) ? [stream] : [])));
      const all = Promise.withResolvers<void>();
      const waiting = new Set(subscribers);
      const sentMs = performance.now();
      streams.onArrival = ({ stream, type, services, atMs }: Arrival) => {
        if (type !== "EDS" || services.join() !== changed || !waiting.delete(stream)) stray += 1;
        delays.push(atMs - sentMs);
        if (waiting.size === 0) all.resolve();
      };
      const weight = change % 4 < 2 ? 0.5 : 0.25;
      const timer = setTimeout(() => all.reject(new Error(`${waiting.size} streams never heard of a change`)), limitMs);
      const first = address(Number(changed.slice(1)), 0);
      await server.change({ $case: "weight", value: { address: first, weight, force: false } });
      await all.promise;
      clearTimeout(timer);
    }
    const sorted = delays.sort((a, b) => a - b);
    const at = (percent: number) => sorted[Math.ceil((percent / 100) * sorted.length) - 1] ?? Number.NaN;
    const row = (name: string, value: string) => console.log(`  ${name.padEnd(74)} ${value}`);
    console.log(
      `\nControl plane: ${size.services * size.endpointsEach} endpoints in ${size.services} services, ${size.streams} streams with ${size.servicesEach} services each`,
    );
    row("all streams answered in full after", `${readyMs.toFixed(0)} ms`);
    const each = (kind: "held" | "resident") => (after[kind] - before[kind]) / size.streams / 1024;
    const judged = (holds: boolean) => {
      if (!holds) process.exitCode = 1;
      return holds ? "holds" : "MISSED";
    };
    const held = each("held");
    row(
      "memory per stream: held after a garbage collection",
      `${held.toFixed(0)} KiB (under 64: ${judged(held < 64)})`,
    );
    row("  resident set", `${each("resident").toFixed(0)} KiB`);
    row(`from the command to each subscribed stream, ${sorted.length} arrivals, p50`, `${at(50).toFixed(1)} ms`);
    row("  p99", `${at(99).toFixed(1)} ms (under 250: ${judged(at(99) < 250)})`);
    row("  slowest", `${at(100).toFixed(1)} ms`);
    row("responses of another type, about other services or to others", `${stray} (none: ${judged(stray === 0)})`);
  });
}

function service(index: number): string {
  return `s${index}`;
}

function address(of: number, endpoint: number): string {
  return `10.${1 + Math.floor(of / 200)}.${of % 200}.${1 + endpoint}:9999`;
}

function meshYaml(): string {
  const services = Array.from({ length: size.services }, (_, index) => {
    const addresses = Array.from({ length: size.endpointsEach }, (_, endpoint) => `"${address(index, endpoint)}"`);
    return `  ${service(index)}: { health: false, sources: [{ static: [${addresses.join(", ")}] }] }\n`;
  });
  return `services:\n${services.join("")}`;
}

/** The program with ports of the system's choice; ended with this bench. */
async function startControlPlane(mesh: string) {
  const any = "127.0.0.1:0";
  const ports = ["--ads", any, "--mesh-service", any, "--admin-http", any];
  const child = spawn(process.execPath, [...collecting, program, "--mesh", mesh, ...ports], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  const addresses = new Map<string, string>();
  const lines = createInterface(child.stderr);
  await new Promise<void>((resolve, reject) => {
    lines.on("line", (line) => {
      const { event, kind, address: opened } = JSON.parse(line);
      if (event === "listening") addresses.set(kind, opened);
      if (addresses.size === 3 && event !== "listening") resolve();
    });
    child.on("exit", (code) => reject(new Error(`the control plane ended with ${code}`)));
  });
  const client = new Client(addresses.get("mesh") ?? "", credentials.createInsecure());
  const { path, requestSerialize, responseDeserialize } = MeshService.changeTraffic;
  return {
    ads: addresses.get("ads") ?? "",
    /** In bytes, after a garbage collection: what is held, and what the process has of the system. */
    async memory(): Promise<{ readonly held: number; readonly resident: number }> {
      child.kill("SIGUSR2");
      await pause(500);
      const metrics = await (await fetch(`http://${addresses.get("admin-http")}/metrics`)).text();
      const of = (name: string) => Number(new RegExp(`^${name} (\\S+)`, "m").exec(metrics)?.[1]);
      return {
        held: of("nodejs_heap_size_used_bytes") + of("nodejs_external_memory_bytes"),
        resident: of("process_resident_memory_bytes"),
      };
    },
    change: (change: NonNullable<ChangeTrafficRequest["change"]>) =>
      new Promise<void>((resolve, reject) => {
        const done = (error: Error | null) => (error === null ? resolve() : reject(error));
        client.makeUnaryRequest(path, requestSerialize, responseDeserialize, { change }, done);
      }),
    async [Symbol.asyncDispose]() {
      client.close();
      const exited = new Promise((resolve) => child.removeAllListeners("exit").on("exit", resolve));
      child.kill();
      await exited;
    },
  };
}
