import { once } from "node:events";
import type { Duplex } from "node:stream";
import { Client, credentials, type StatusObject } from "@grpc/grpc-js";
import { AggregatedDiscoveryService, type DiscoveryRequest, type DiscoveryResponse } from "@hey/proto/xds";
import { createHandlers, createLatest, listen } from "@hey/rpc";
import { type AdsObserver, createAds } from "../ads/ads.ts";
import type { Snapshot } from "../resources/snapshot.ts";

/** How long a test waits for what must happen. */
const limitMs = 5_000;

/** A real ADS server whose snapshot is the test's to set, and clients that speak raw ADS. For tests. */
export async function startAds(first?: Snapshot) {
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
  };
  const ads = createAds({ handlers: createHandlers({ endStreams: endStreams.signal }), snapshots, observer });
  const server = await listen({
    address: "127.0.0.1:0",
    services: [ads.service],
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

/** One stream of a raw client, which reads only when it is told to. */
export function openStream(client: Client) {
  const { path, requestSerialize, responseDeserialize } = AggregatedDiscoveryService.streamAggregatedResources;
  const call = client.makeBidiStreamRequest<DiscoveryRequest, DiscoveryResponse>(
    path,
    requestSerialize,
    responseDeserialize,
  );
  const { promise: ended, resolve: end } = Promise.withResolvers<StatusObject>();
  call.on("status", end);
  call.on("error", () => {}); // the status says it
  const readable = call as unknown as Duplex;
  return {
    call,
    /** Resolves to the status of the stream's end. */
    ended,
    send: (request: DiscoveryRequest) => call.write(request),
    async next(): Promise<DiscoveryResponse> {
      const signal = AbortSignal.timeout(limitMs);
      for (;;) {
        const message: DiscoveryResponse | null = readable.read();
        if (message !== null) return message;
        await once(readable, "readable", { signal });
      }
    },
  };
}
