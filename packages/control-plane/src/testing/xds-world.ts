import { once } from "node:events";
import { Client, type ClientOptions, credentials, Metadata, status } from "@grpc/grpc-js";
import { register } from "@grpc/grpc-js-xds";
import { ServingStatus } from "@hey/proto/health";
import { OpenRcaService, OrcaLoadReport } from "@hey/proto/orca";
import { HeyHowService, SayRequest, SayResponse } from "@hey/proto/v1";
import { Cluster, ClusterLoadAssignment, Listener, RouteConfiguration } from "@hey/proto/xds";
import { type CallContext, callUnary, createHandlers, createHealth, listen, StatusError } from "@hey/rpc";
import { toResource } from "../resources/resource.ts";
import type { Messages } from "../resources/resource-rules.ts";
import type { Snapshot } from "../resources/snapshot.ts";
import type { SocketAddress } from "../topology/topology.ts";

type Headers = Readonly<Record<string, string>>;

/**
 * A healthy server that answers Say with its name, or fails it with a code; a call with the header x-slow it never
 * answers. It reports its load (ORCA) once to each connection that asks, if it is given one. For tests.
 */
export async function startBackend(
  name: string,
  code?: status,
  load?: Pick<OrcaLoadReport, "applicationUtilization" | "rpsFractional">,
) {
  const handlers = createHandlers();
  let calls = 0;
  const say = async (_: SayRequest, { metadata, signal }: CallContext) => {
    calls += 1;
    if (metadata.get("x-slow").length > 0) await once(signal, "abort");
    if (code !== undefined) throw new StatusError(code, name);
    return SayResponse.fromPartial({ msg: name });
  };
  const health = createHealth(handlers);
  health.set("", ServingStatus.SERVING);
  async function* report(_: unknown, { signal }: CallContext) {
    yield OrcaLoadReport.fromPartial(load ?? {});
    await once(signal, "abort");
  }
  const server = await listen({
    address: "127.0.0.1:0",
    services: [
      [HeyHowService, { say: handlers.unary(say) }],
      health.service,
      ...(load === undefined ? [] : [[OpenRcaService, { streamCoreMetrics: handlers.serverStream(report) }] as const]),
    ],
    drain: { noticeMs: 0, drainMs: 0 },
  });
  const address: SocketAddress = { host: "127.0.0.1", port: server.port };
  return {
    address,
    /** What its health check says from now on. */
    serve(isServing: boolean) {
      health.set("", isServing ? ServingStatus.SERVING : ServingStatus.NOT_SERVING);
    },
    get calls() {
      return calls;
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

/** As long as the shortest of what the library leaves behind. */
const longTimerMs = 10_000;

/** How long each timer is that it leaves behind, as it sets them. */
export const longTimersMs: number[] = [];

/**
 * When its channel is closed grpc-js-xds keeps what it no longer uses for a quarter of an hour, waits 15 s for what is not
 * there, and 10 s for a priority that may still come up; a delay by fault goes on when its call has ended. Timers as long as
 * those must not keep a test's process; while a test runs, its servers do.
 */
function letGoOfLongTimers(): void {
  const start = globalThis.setTimeout;
  const letGo = (...args: Parameters<typeof start>) => {
    const timer = start(...args);
    const ms = args[1] ?? 0;
    if (ms < longTimerMs) return timer;
    longTimersMs.push(ms);
    return timer.unref();
  };
  globalThis.setTimeout = Object.assign(letGo, start) as typeof start;
}
letGoOfLongTimers();

/**
 * A channel keeps its process by an endless timer while it has calls, and grpc-js-xds leaves one behind when a channel is
 * closed whose control plane is gone: a report stream that waits for it. The servers of a test keep its process anyway.
 */
function letGoOfEndlessTimers(): void {
  const start = globalThis.setInterval;
  const letGo = (...args: Parameters<typeof start>) => {
    const timer = start(...args);
    return (args[1] ?? 0) >= 2 ** 31 - 1 ? Object.assign(timer.unref(), { ref: () => timer }) : timer;
  };
  globalThis.setInterval = letGo as typeof start;
}
letGoOfEndlessTimers();

/** A client's bootstrap. For tests. */
export function bootstrapOf(adsAddress: string): string {
  return JSON.stringify({
    xds_servers: [{ server_uri: adsAddress, channel_creds: [{ type: "insecure" }], server_features: ["xds_v3"] }],
    // The client takes no bootstrap without a locality, empty or not.
    node: { id: "test", locality: {} },
  });
}

/** A real grpc-js-xds channel with an xDS client of its own. For tests. */
export function openChannel(adsAddress: string, target: string) {
  return openProcessChannel(target, {
    "grpc.TEST_ONLY_DO_NOT_USE_IN_PROD.xds_bootstrap_config": bootstrapOf(adsAddress),
  });
}

/** A real grpc-js-xds channel with the process's xDS client, unless the options say otherwise. For tests. */
export function openProcessChannel(target: string, options: ClientOptions = {}) {
  register();
  const client = new Client(target, credentials.createInsecure(), options);

  /** The name of the server that answered, or the name of the status that came instead. */
  async function call(deadlineMs = 5_000, headers: Headers = {}): Promise<string> {
    try {
      const metadata = new Metadata();
      for (const [key, value] of Object.entries(headers)) metadata.set(key, value);
      const options = { deadlineMs, metadata };
      return (await callUnary(client, HeyHowService.say, SayRequest.fromPartial({ count: 1n }), options)).msg;
    } catch (error) {
      if (error instanceof StatusError) return status[error.code];
      throw error;
    }
  }

  return {
    call,
    /** Calls until one is answered so; fails after some seconds. */
    async callUntil(wanted: string): Promise<void> {
      const seen = new Set<string>();
      for (const endAt = Date.now() + 5_000; Date.now() < endAt; ) {
        const said = await call();
        if (said === wanted) return;
        seen.add(said);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      throw new Error(`never ${wanted}, but ${[...seen].join(", ")}`);
    },
    async calls(count: number, headers: Headers = {}): Promise<Record<string, number>> {
      const tally: Record<string, number> = {};
      for (let made = 0; made < count; made++) {
        const said = await call(undefined, headers);
        tally[said] = (tally[said] ?? 0) + 1;
      }
      return tally;
    },
    [Symbol.dispose]: () => client.close(),
  };
}

/** A snapshot of just these messages, good or not. For tests. */
export function snapshotOfMessages({ listeners, routes, clusters, assignments }: Messages): Snapshot {
  const byName = <T>(all: readonly T[], toEntry: (one: T) => ReturnType<typeof toResource>) =>
    new Map(all.map(toEntry).map((each) => [each.name, each] as const));
  const resources = {
    LDS: byName(listeners, (each) => toResource("LDS", each.name, Listener.encode(each).finish())),
    RDS: byName(routes, (each) => toResource("RDS", each.name, RouteConfiguration.encode(each).finish())),
    CDS: byName(clusters, (each) => toResource("CDS", each.name, Cluster.encode(each).finish())),
    EDS: byName(assignments, (each) =>
      toResource("EDS", each.clusterName, ClusterLoadAssignment.encode(each).finish()),
    ),
  };
  return { version: "", resources, find: (type, name) => resources[type].get(name) };
}
