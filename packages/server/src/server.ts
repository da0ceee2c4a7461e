import { ServingStatus } from "@hey/proto/health";
import { createHandlers, createHealth, ListenError, listen } from "@hey/rpc";
import { createCallMetrics, type Environment, type Logger, listenAdmin, ProgramError } from "@hey/runtime";
import { createCallLog } from "./call-log.ts";
import { createCallObserver } from "./call-observer.ts";
import { createEpochClock } from "./epoch-clock.ts";
import { channelOptions, longestStreamMs } from "./limits.ts";
import { createLoadMeter } from "./load-meter.ts";
import { createNextHop } from "./next-hop.ts";
import {
  allServices,
  createServices,
  healthNames,
  streamingMethods,
  tutorialMethods,
  workMethods,
} from "./services.ts";
import type { ServerSettings } from "./settings.ts";

/** A server that takes calls. Disposing drains it: see `listen` of @hey/rpc. */
export interface RunningServer extends AsyncDisposable {
  /** host:port where calls are taken. */
  readonly address: string;
  /** host:port of the gRPC admin services, and of the HTTP ones; undefined when they are off. */
  readonly adminGrpc: string | undefined;
  readonly adminHttp: string | undefined;
}

/** Opens every port of a server and says SERVING. Rejects, with nothing left open, when one cannot be had. */
export async function startServer(
  settings: ServerSettings,
  { logger: parentLogger, env }: { readonly logger: Logger; readonly env: Environment },
): Promise<RunningServer> {
  // Closed in reverse: the server drains first, while the admin port still tells that it does.
  await using opened = new AsyncDisposableStack();
  const replica = { name: settings.name, version: settings.versionLabel, zone: settings.zone };
  const logger = parentLogger.child({ replica: replica.name });
  const metrics = createCallMetrics({ side: "server", services: allServices });
  const log = opened.use(
    createCallLog({
      logger,
      linesPerSecond: settings.logLinesPerSecond,
      slowMs: settings.slowCall,
      answersWithStream: (method) => streamingMethods.has(method),
    }),
  );
  const load = createLoadMeter(settings.maxCalls, performance.now());
  const endStreams = new AbortController();
  const handlers = createHandlers({
    observer: createCallObserver({
      logger,
      log,
      metrics,
      load,
      work: workMethods,
      paced: tutorialMethods,
    }),
    endStreams: endStreams.signal,
    maxStreamMs: longestStreamMs(settings),
  });
  const health = createHealth(handlers);
  const next = opened.use(createNextHop(settings.next, env));
  let state: "starting" | "serving" | "draining" = "starting";

  async function open<Port extends AsyncDisposable & { readonly address: string }>(
    kind: "grpc" | "admin-grpc" | "admin-http",
    opening: Promise<Port>,
  ): Promise<string> {
    const { address } = opened.use(await opening.catch(explainTakenPort));
    logger.info({ event: "listening", kind, address }, "listening");
    return address;
  }

  const adminHttp =
    settings.adminHttp &&
    (await open(
      "admin-http",
      listenAdmin({
        address: settings.adminHttp,
        live: () => true,
        ready: () => state === "serving" || `not ready: ${state}`,
        metrics: metrics.registry,
      }),
    ));
  const adminGrpc =
    settings.adminGrpc &&
    (await open(
      "admin-grpc",
      listen({ address: settings.adminGrpc, services: [], admin: true, drain: { noticeMs: 0, drainMs: 0 } }),
    ));
  const address = await open(
    "grpc",
    listen({
      address: settings.listen,
      services: createServices(handlers, { health, load, replica, nowNs: createEpochClock(), next, named: log.named }),
      channelOptions: channelOptions(settings),
      drain: { noticeMs: settings.notice, drainMs: settings.drain },
      endStreams,
      onCutOff() {
        logger.warn({ event: "cut-off", calls: handlers.cutOff() }, "the drain's time is up: calls were cut off");
      },
      onDrain() {
        state = "draining";
        health.setAll(ServingStatus.NOT_SERVING);
        logger.info({ event: "draining", noticeMs: settings.notice, drainMs: settings.drain }, "draining");
      },
    }),
  );
  for (const name of healthNames) health.set(name, ServingStatus.SERVING);
  state = "serving";
  const running = opened.move();
  return { address, adminGrpc, adminHttp, [Symbol.asyncDispose]: () => running.disposeAsync() };
}

/** An address that cannot be had is a failure that was to be expected; anything else is a bug. */
function explainTakenPort(error: unknown): never {
  if (error instanceof ListenError) {
    throw new ProgramError(error.message, { cause: error });
  }
  throw error;
}
