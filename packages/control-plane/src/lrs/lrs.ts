import { type ServiceDefinition, status, type UntypedServiceImplementation } from "@grpc/grpc-js";
import { LoadReportingService, type LoadStatsRequest, type LoadStatsResponse } from "@hey/proto/xds";
import { type CallContext, createLatest, type Handlers, type Latest, StatusError } from "@hey/rpc";
import type { AdsObserver } from "../ads/ads.ts";
import { toDuration } from "../resources/parts.ts";
import { type ClusterCounts, type Counted, createCallCounts, type Room, roomOfAll } from "./call-counts.ts";

/** A client that reports its calls. */
export interface Reporter {
  /** From its bootstrap. */
  readonly nodeId: string;
  /** ip:port. */
  readonly peer: string;
  /** What it reported since its stream began. */
  readonly counts: readonly ClusterCounts[];
  /** How many entries of its reports were left out, because names were too long or there were too many. */
  readonly leftOut: number;
}

/** Told of what is reported, as it comes. */
export interface LrsObserver {
  counted(counted: readonly Counted[]): void;
  /** Entries of a stream's reports are left out: told once for each stream. */
  leftOut(reporter: Reporter): void;
}

export interface LrsOptions {
  readonly handlers: Handlers;
  /** How often clients are to report, in milliseconds. */
  readonly intervalMs: number;
  /** The most report streams at a time; what is beyond is refused before it is answered. */
  readonly mostReporters: number;
  readonly observer: LrsObserver;
}

/** The service that clients report their calls to. */
export interface Lrs {
  /** For `listen`, on the port of ADS. */
  readonly service: readonly [ServiceDefinition, UntypedServiceImplementation];
  /** Those connected now. */
  reporters(): readonly Reporter[];
  /** Another value some time after reports have come, reporters have come or gone. */
  readonly changes: Latest<object>;
  /** To be told of ADS streams: with the last one of a connection, its report streams end. */
  readonly ads: AdsObserver;
}

/** The longest node id, in characters. */
const longestNodeId = 512;
/** Reports come by the hundred a second from many clients: whoever watches is told this often. */
const tellMs = 500;

/** Serves LoadReportingService. A stream is answered once, so a client that does not read costs no more than one that does. */
export function createLrs({ handlers, intervalMs, mostReporters, observer }: LrsOptions): Lrs {
  const open = new Map<Reporter, () => void>();
  const room: Room = { left: roomOfAll };
  const changes = createLatest<object>({});
  const connections = new Map<string, number>();
  let telling = false;

  function tell() {
    if (telling) return;
    telling = true;
    setTimeout(() => {
      telling = false;
      changes.set({});
    }, tellMs).unref();
  }

  function admit(nodeId: string) {
    if (nodeId.length > longestNodeId) {
      const message = `node.id: expected at most ${longestNodeId} characters, got ${nodeId.length}`;
      throw new StatusError(status.INVALID_ARGUMENT, message);
    }
    if (open.size < mostReporters) return;
    throw new StatusError(
      status.RESOURCE_EXHAUSTED,
      `expected at most ${mostReporters} clients that report their calls: this one is not heard, and can call all the same`,
    );
  }

  async function* serve(
    requests: AsyncIterable<LoadStatsRequest>,
    { peer }: CallContext,
  ): AsyncGenerator<LoadStatsResponse> {
    const counts = createCallCounts(room);
    let nodeId = "";
    let leftOut = 0;
    const reporter: Reporter = {
      peer,
      get nodeId() {
        return nodeId;
      },
      get counts() {
        return counts.read();
      },
      get leftOut() {
        return leftOut;
      },
    };
    const began = Promise.withResolvers<void>();
    const over = Promise.withResolvers<void>();

    async function receive() {
      let first = true;
      for await (const { node, clusterStats } of requests) {
        if (first) {
          nodeId = node?.id ?? "";
          admit(nodeId);
          open.set(reporter, over.resolve);
          began.resolve();
        }
        if (!open.has(reporter)) return;
        const { counted, leftOut: more } = counts.add(clusterStats);
        const isFirstLoss = more > 0 && leftOut === 0;
        leftOut += more;
        if (isFirstLoss) observer.leftOut(reporter);
        observer.counted(counted);
        // Clients report in time, calls or none: of none there is nothing to tell.
        if (first || counted.length > 0 || more > 0) tell();
        first = false;
      }
    }

    const received = receive();
    try {
      await Promise.race([began.promise, received]);
      if (!open.has(reporter)) return;
      // All clusters: grpc-js-xds leaves the first one of a list out (E8).
      yield { sendAllClusters: true, loadReportingInterval: toDuration(intervalMs) };
      await Promise.race([over.promise, received]);
    } finally {
      received.catch(() => {}); // it is the call's end that it hears of
      open.delete(reporter);
      counts.forget();
      tell();
    }
  }

  return {
    service: [LoadReportingService, { streamLoadStats: handlers.bidi(serve) }],
    reporters: () => [...open.keys()],
    changes,
    ads: {
      opened: ({ peer }) => void connections.set(peer, (connections.get(peer) ?? 0) + 1),
      // grpc-js-xds never ends a report stream: it would go on without anything to report, and keep its process, after its
      // channels were closed. On the connection of its ADS stream it is known when it has no use for it any more.
      closed({ peer }) {
        const left = (connections.get(peer) ?? 1) - 1;
        if (left > 0) connections.set(peer, left);
        else {
          connections.delete(peer);
          for (const [reporter, end] of open) if (reporter.peer === peer) end();
        }
      },
      received() {},
      pushed() {},
    },
  };
}
