import { type ServiceDefinition, status, type UntypedServiceImplementation } from "@grpc/grpc-js";
import { AggregatedDiscoveryService, type DiscoveryRequest } from "@hey/proto/xds";
import { type CallContext, createLatest, type Handlers, type Latest, StatusError } from "@hey/rpc";
import { longestName } from "../resources/resource.ts";
import type { Snapshot } from "../resources/snapshot.ts";
import { encodeResponse } from "./encode-response.ts";
import { createSession, type Receipt, type Response, type TypeStatus } from "./session.ts";

/** One connected xDS client. */
export interface AdsClient {
  /** From its bootstrap. */
  readonly nodeId: string;
  /** ip:port. */
  readonly peer: string;
  /** What it has asked for, been sent and accepted. */
  readonly types: readonly TypeStatus[];
}

/** Told of everything that happens on every stream, as it happens. */
export interface AdsObserver {
  /** A stream's first request has come: it is known who asks. */
  opened(client: AdsClient): void;
  closed(client: AdsClient): void;
  received(client: AdsClient, receipt: Receipt): void;
  pushed(client: AdsClient, response: Response): void;
}

export interface AdsOptions {
  readonly handlers: Handlers;
  /** What to tell clients; undefined as long as nothing is known, and clients wait. */
  readonly snapshots: Latest<Snapshot | undefined>;
  readonly observer: AdsObserver;
  readonly limits: AdsLimits;
}

/** The service that xDS clients connect to. */
export interface Ads {
  /** For `listen`. */
  readonly service: readonly [ServiceDefinition, UntypedServiceImplementation];
  /** Those connected now; another list after everything that happens. */
  readonly clients: Latest<readonly AdsClient[]>;
}

/** What all clients together may cost. */
export interface AdsLimits {
  /** Streams at a time. */
  readonly streams: number;
  /** Names that they have asked for. */
  readonly names: number;
}

/** Far more clients than one control plane is for, and names of some 100 MB. */
export const adsLimits: AdsLimits = { streams: 2_000, names: 1_000_000 };

/** The most names that one request may hold; beyond, the stream ends. Far above what a process can call. */
const maxNames = 10_000;

/**
 * Serves AggregatedDiscoveryService, state of the world. A stream costs its subscriptions and at most one response for
 * each type: nothing is made for a client that has not read or answered what it was sent before.
 */
export function createAds({ handlers, snapshots, observer, limits }: AdsOptions): Ads {
  const open = new Set<AdsClient>();
  let streams = 0;
  let names = 0;
  const clients = createLatest<readonly AdsClient[]>([]);
  const tell = () => clients.set([...open]);

  async function* serve(requests: AsyncIterable<DiscoveryRequest>, { peer, signal }: CallContext) {
    if (streams === limits.streams) {
      const message = `expected at most ${limits.streams} streams at a time, got one more`;
      throw new StatusError(status.RESOURCE_EXHAUSTED, message);
    }
    streams++;
    const session = createSession();
    const client: AdsClient = {
      peer,
      get nodeId() {
        return session.nodeId;
      },
      get types() {
        return session.status();
      },
    };
    const ended = new AbortController();
    const happened = createDoorbell();
    let snapshot: Snapshot | undefined;
    let finished: { readonly error?: unknown } | undefined;

    async function receive() {
      for await (const request of requests) {
        checkRequest(request);
        const before = session.names;
        const receipt = session.receive(request);
        names += session.names - before;
        if (names > limits.names) {
          const message = `resource_names: expected at most ${limits.names} names of all clients together, got more`;
          throw new StatusError(status.RESOURCE_EXHAUSTED, message);
        }
        if (!open.has(client)) {
          open.add(client);
          observer.opened(client);
        }
        observer.received(client, receipt);
        tell();
        happened.ring();
      }
    }
    async function follow() {
      for await (const newest of snapshots.watch(ended.signal)) {
        snapshot = newest;
        happened.ring();
      }
    }
    const finish = (result: { readonly error?: unknown }) => {
      finished ??= result;
      happened.ring();
    };

    signal.addEventListener("abort", () => finish({ error: signal.reason }));
    receive().then(
      () => finish({}),
      (error) => finish({ error }),
    );
    follow().catch((error) => finish({ error }));
    try {
      while (finished === undefined) {
        const response = snapshot && session.next(snapshot);
        if (response === undefined) {
          await happened.heard();
          continue;
        }
        observer.pushed(client, response);
        tell();
        yield response;
      }
      if ("error" in finished) throw finished.error;
    } finally {
      ended.abort();
      streams--;
      names -= session.names;
      if (open.delete(client)) observer.closed(client);
      tell();
    }
  }

  const { streamAggregatedResources } = AggregatedDiscoveryService;
  return {
    clients,
    service: [
      { streamAggregatedResources: { ...streamAggregatedResources, responseSerialize: encodeResponse } },
      { streamAggregatedResources: handlers.bidi(serve) },
    ],
  };
}

function checkRequest({ typeUrl, resourceNames, node }: DiscoveryRequest): void {
  if (typeUrl === "")
    throw new StatusError(status.INVALID_ARGUMENT, "type_url: expected the type of resource, got none");
  if (resourceNames.length > maxNames) {
    const message = `resource_names: expected at most ${maxNames} names, got ${resourceNames.length}`;
    throw new StatusError(status.RESOURCE_EXHAUSTED, message);
  }
  const tooLong = [node?.id ?? "", ...resourceNames].find((name) => name.length > longestName);
  if (tooLong !== undefined) {
    const message = `names: expected at most ${longestName} characters, got ${tooLong.length}`;
    throw new StatusError(status.INVALID_ARGUMENT, message);
  }
}

/** Remembers that it rang, once, until somebody listens. */
function createDoorbell() {
  let rung = Promise.withResolvers<void>();
  return {
    ring: () => rung.resolve(),
    async heard() {
      await rung.promise;
      rung = Promise.withResolvers();
    },
  };
}
