import { Client, credentials } from "@grpc/grpc-js";
import { AggregatedDiscoveryService } from "@hey/proto/xds";
import { createHandlers, createLatest, type Handlers, type ListenOptions, listen } from "@hey/rpc";
import { type AdsLimits, type AdsObserver, adsLimits, createAds } from "../ads/ads.ts";
import type { Snapshot } from "../resources/snapshot.ts";
import { openRawStream } from "./raw-stream.ts";

/** How long a test waits for what must happen. */
const limitMs = 5_000;

/** A real ADS server, with other services beside it, whose snapshot is the test's to set, and clients that speak raw ADS. For tests. */
export async function startAds(
  first?: Snapshot,
  others: (handlers: Handlers) => ListenOptions["services"] = () => [],
  instead: Partial<AdsObserver> = {},
  limits: AdsLimits = adsLimits,
) {
  const snapshots = createLatest<Snapshot | undefined>(first);
  const endStreams = new AbortController();
  const events: string[] = [];
  const happened = createLatest(0);
  const note = (event: string) => {
    events.push(event);
    happened.set(events.length);
  };
  const observer: AdsObserver = {
    opened: () => note("opened"),
    closed: () => note("closed"),
    received: (_client, receipt) => note(receipt.kind),
    pushed: (_client, { type, resources }) => note(`${type} ${resources.map(({ name }) => name).join(",")}`),
    ...instead,
  };
  const handlers = createHandlers({ endStreams: endStreams.signal });
  const ads = createAds({ handlers, snapshots, observer, limits });
  const server = await listen({
    address: "127.0.0.1:0",
    services: [ads.service, ...others(handlers)],
    drain: { noticeMs: 0, drainMs: 2_000 },
    endStreams,
  });
  const client = new Client(server.address, credentials.createInsecure());
  return {
    snapshots,
    events,
    clients: ads.clients,
    server,
    /** Waits until the events so far are such. */
    async until(good: (events: readonly string[]) => boolean): Promise<void> {
      for await (const _ of happened.watch(AbortSignal.timeout(limitMs))) if (good(events)) return;
      throw new Error(`never came: ${events.join("; ")}`);
    },
    open: () => openStream(client),
    /** Cuts every stream off, as a control plane does that dies; it takes new ones. */
    endAll: () => server.server.drain(server.address, 0),
    async [Symbol.asyncDispose]() {
      client.close();
      await server[Symbol.asyncDispose]();
    },
  };
}

/** One ADS stream of a raw client, which reads only when it is told to. */
export function openStream(client: Client) {
  return openRawStream(client, AggregatedDiscoveryService.streamAggregatedResources);
}
