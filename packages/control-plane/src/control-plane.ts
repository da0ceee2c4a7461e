import { Resolver } from "node:dns/promises";
import { ServingStatus } from "@hey/proto/health";
import { createHandlers, createHealth, createLatest, ListenError, listen } from "@hey/rpc";
import { createRegistry, type Logger, listenAdmin, ProgramError } from "@hey/runtime";
import { adsLimits, createAds } from "./ads/ads.ts";
import { createAdsLog, observeAll } from "./ads/ads-log.ts";
import { createAdsMetrics } from "./ads/ads-metrics.ts";
import { createBugLog } from "./bug-log.ts";
import { channelOptions, type Keepalive, usualKeepalive } from "./channel-options.ts";
import { createDiscover } from "./discovery/discover.ts";
import { createKubernetesApi } from "./discovery/kubernetes-api.ts";
import { createTroubles } from "./discovery/troubles.ts";
import { createLrs } from "./lrs/lrs.ts";
import { createLrsLog } from "./lrs/lrs-log.ts";
import { createLrsMetrics } from "./lrs/lrs-metrics.ts";
import { watchHealth } from "./mesh/health-watch.ts";
import { createMesh, type MeshNow } from "./mesh/mesh.ts";
import { createMeshLog } from "./mesh/mesh-log.ts";
import { createMeshMetrics } from "./mesh/mesh-metrics.ts";
import { createChangeMetrics } from "./operate/change-metrics.ts";
import { createMeshFileChange } from "./operate/mesh-file-change.ts";
import { createMeshService } from "./operate/mesh-service.ts";
import { createGate, readToken } from "./operate/token.ts";
import { createTraffic } from "./operate/traffic.ts";
import { checkService } from "./resources/service-resources.ts";
import { createStore } from "./resources/store.ts";
import type { ControlPlaneSettings } from "./settings.ts";
import { watchMeshFile } from "./topology/mesh-file.ts";

/** A control plane that takes clients. Disposing ends their streams; they go on with what they know. */
export interface ControlPlane extends AsyncDisposable {
  /** host:port where xDS clients connect. */
  readonly ads: string;
  /** host:port of MeshService and of the admin HTTP server; undefined when they are off. */
  readonly meshService: string | undefined;
  readonly adminHttp: string | undefined;
}

/** How often mesh.yaml is read. */
const filePollMs = 250;
/** Longer than a client takes to look a cluster up that it is told of, shorter than anybody would notice. */
const announceMs = 250;
/** Streams are ended as soon as a control plane stops; this is for the last bytes on their way. */
const drain = { noticeMs: 0, drainMs: 1_000 };

/** Opens every port. Rejects, with nothing left open, when one cannot be had or the first mesh.yaml is no good. */
export async function startControlPlane(
  settings: ControlPlaneSettings,
  logger: Logger,
  keepalive: Keepalive = usualKeepalive,
): Promise<ControlPlane> {
  await using opened = new AsyncDisposableStack();
  const stop = new AbortController();
  opened.defer(() => stop.abort());

  const gate = createGate(await readToken(settings.meshTokenFile));
  const registry = createRegistry();
  const store = opened.use(createStore({ announceMs }));
  const resolver = new Resolver({ timeout: 2_000, tries: 2 });
  if (settings.dnsServer !== undefined) resolver.setServers([settings.dnsServer]);
  const troubles = createTroubles(logger);
  const discover = createDiscover({
    dns: { resolve4: (name) => resolver.resolve4(name), pollMs: settings.dnsPoll },
    kubernetes: createKubernetesApi({ kubeconfig: settings.kubeconfig }),
    troubles,
  });
  const mesh = opened.use(createMesh({ discover, checkHealth: watchHealth, settleMs: settings.settle }));
  const traffic = createTraffic({ store, mesh: mesh.now, logger });
  const meshFile = createMeshFileChange({ mesh, overrides: traffic.overrides, logger });
  const configErrors = createLatest<readonly string[]>([]);

  const endStreams = new AbortController();
  const handlers = createHandlers({ endStreams: endStreams.signal, observer: createBugLog(logger) });
  const lrs = createLrs({
    handlers,
    intervalMs: settings.lrsInterval,
    mostReporters: 2_000,
    observer: { ...createLrsLog(logger), counted: (all) => lrsMetrics.counted(all) },
  });
  const lrsMetrics = createLrsMetrics({
    registry,
    reporters: lrs.reporters,
    isCluster: (name) => store.snapshots.value?.resources.CDS.has(name) ?? false,
  });
  createMeshMetrics(registry, mesh.now);
  const observer = observeAll([createAdsLog(logger), createAdsMetrics(registry), lrs.ads]);
  const ads = createAds({ handlers, snapshots: store.snapshots, observer, limits: adsLimits });
  const health = createHealth(handlers);

  async function followFile() {
    let good = false;
    for await (const file of watchMeshFile(
      { path: settings.mesh, pollMs: filePollMs, check: checkService },
      stop.signal,
    )) {
      configErrors.set(file.ok ? [] : file.errors);
      good ||= file.ok;
      // Not waited for: who corrects the file while it is being looked at need not wait either.
      if (file.ok) void meshFile.save(file.topology);
      else if (!good) throw new ProgramError(explain(settings.mesh, file.errors));
      else for (const error of file.errors) logger.error({ event: "mesh-error", file: settings.mesh, error }, error);
    }
  }

  async function followMesh() {
    const log = createMeshLog(logger);
    for await (const now of mesh.now.watch(stop.signal)) {
      if (now === undefined) continue;
      // What is in force stays so, and the next change is another chance.
      try {
        log(now);
        publish(now);
      } catch (error) {
        logger.error({ event: "bug", err: error }, "a change of the mesh could not be followed");
      }
    }
  }

  function publish(now: MeshNow) {
    const before = store.snapshots.value;
    const problems = traffic.publish(now);
    for (const problem of problems) logger.error({ event: "snapshot-refused", problem }, problem);
    if (before === undefined && store.snapshots.value !== undefined) health.setAll(ServingStatus.SERVING);
  }

  async function followSnapshots() {
    for await (const snapshot of store.snapshots.watch(stop.signal)) {
      if (snapshot !== undefined) logger.info({ event: "snapshot", version: snapshot.version }, "snapshot published");
    }
  }

  async function open<Port extends AsyncDisposable & { readonly address: string }>(
    kind: "ads" | "mesh" | "admin-http",
    opening: Promise<Port>,
  ): Promise<string> {
    const { address } = opened.use(await opening.catch(explainTakenPort));
    logger.info({ event: "listening", kind, address }, "listening");
    return address;
  }

  const meshService = createMeshService({
    handlers,
    configErrors,
    discoveryTroubles: troubles.now,
    snapshots: store.snapshots,
    mesh: mesh.now,
    clients: ads.clients,
    lrs,
    traffic,
    settled: store.settled,
    meshFile,
    gate,
    metrics: createChangeMetrics(registry),
  });
  const adminHttp =
    settings.adminHttp &&
    (await open(
      "admin-http",
      listenAdmin({
        address: settings.adminHttp,
        live: () => true,
        ready: () => store.snapshots.value !== undefined || "not ready: no snapshot yet",
        metrics: registry,
      }),
    ));
  const meshAddress =
    settings.meshService &&
    (await open(
      "mesh",
      listen({
        address: settings.meshService,
        services: [meshService],
        channelOptions: channelOptions(keepalive),
        drain,
        endStreams,
      }),
    ));
  const adsAddress = await open(
    "ads",
    listen({
      address: settings.ads,
      services: [ads.service, lrs.service, health.service],
      channelOptions: channelOptions(keepalive),
      drain,
      endStreams,
    }),
  );
  void followMesh();
  void followSnapshots();
  const following = followFile();
  const first = mesh.now.watch(stop.signal);
  await Promise.race([following, firstOf(first)]);

  const running = opened.move();
  return {
    ads: adsAddress,
    meshService: meshAddress,
    adminHttp,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

async function firstOf<T>(values: AsyncIterable<T | undefined>): Promise<void> {
  for await (const value of values) if (value !== undefined) return;
}

/** An address that cannot be had is a failure that was to be expected; anything else is a bug. */
function explainTakenPort(error: unknown): never {
  if (error instanceof ListenError) {
    throw new ProgramError(error.message, { cause: error });
  }
  throw error;
}

function explain(path: string, errors: readonly string[]): string {
  return [`${path} cannot be used:`, ...errors.map((error) => `  ${error}`)].join("\n");
}
