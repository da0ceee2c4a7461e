import type { ClusterStats, UpstreamLocalityStats } from "@hey/proto/xds";

/** Calls to the endpoints of one locality, since the client began to report. No number passes 2^53 - 1. */
export interface LocalityCounts {
  readonly zone: string;
  readonly subZone: string;
  /** Ended with OK, and with another status. */
  readonly succeeded: number;
  readonly failed: number;
  /** Under way by the newest report: clients leave a locality out as long as none of its calls begins or ends. */
  readonly inFlight: number;
}

export interface ClusterCounts {
  readonly cluster: string;
  /** Failed by the client before they were sent. */
  readonly dropped: number;
  readonly localities: readonly LocalityCounts[];
}

/** What one entry of a report adds. Told of a cluster's drops with no zone, and of a locality's calls. */
export type Counted =
  | { readonly cluster: string; readonly dropped: number }
  | { readonly cluster: string; readonly zone: string; readonly succeeded: number; readonly failed: number };

/** The calls of one client, as its reports add up. */
export interface CallCounts {
  /** Takes a report. Returns what it adds, and how many of its entries were left out because of a limit. */
  add(report: readonly ClusterStats[]): { readonly counted: readonly Counted[]; readonly leftOut: number };
  /** By the names of the clusters. */
  read(): readonly ClusterCounts[];
  /** Gives its room back; nothing is added afterwards. */
  forget(): void;
}

/** How many clusters and localities may still be remembered, of all clients together. */
export interface Room {
  left: number;
}

/** Of all clients: some 200 bytes each, so 20 MB. */
export const roomOfAll = 100_000;
/** Of one client: a cluster and each of its localities count as one. */
const roomOfOne = 1_000;
/** In characters, of the names of clusters, zones and sub-zones. */
const longestName = 512;

interface Entry {
  dropped: number;
  readonly localities: Map<string, Row>;
}
type Row = { -readonly [Key in keyof LocalityCounts]: LocalityCounts[Key] };

/**
 * Adds up the reports of one client. What is beyond a limit is left out and never refused: grpc-js-xds opens a stream that
 * was answered and then ends again at once, without a pause, and sends the same.
 */
export function createCallCounts(room: Room): CallCounts {
  const entries = new Map<string, Entry>();
  let taken = 0;

  /** What is there under the name, made if there is room for it. */
  function take<T>(map: Map<string, T>, key: string, make: () => T): T | undefined {
    const found = map.get(key);
    if (found !== undefined || taken >= roomOfOne || room.left <= 0) return found;
    taken += 1;
    room.left -= 1;
    const made = make();
    map.set(key, made);
    return made;
  }

  function addCluster(
    { clusterName, totalDroppedRequests, upstreamLocalityStats }: ClusterStats,
    into: Counted[],
  ): number {
    const entry = isName(clusterName)
      ? take(entries, clusterName, (): Entry => ({ dropped: 0, localities: new Map() }))
      : undefined;
    if (entry === undefined) return 1 + upstreamLocalityStats.length;
    const dropped = toNumber(totalDroppedRequests);
    entry.dropped = sum(entry.dropped, dropped);
    if (dropped > 0) into.push({ cluster: clusterName, dropped });
    let leftOut = 0;
    for (const stats of upstreamLocalityStats) {
      const counted = addLocality(entry, stats);
      if (counted === undefined) leftOut += 1;
      else into.push({ cluster: clusterName, ...counted });
    }
    return leftOut;
  }

  function addLocality({ localities }: Entry, stats: UpstreamLocalityStats) {
    const { zone = "", subZone = "" } = stats.locality ?? {};
    if (!isPlace(zone) || !isPlace(subZone)) return undefined;
    const row = take(localities, JSON.stringify([zone, subZone]), () => emptyRow(zone, subZone));
    if (row === undefined) return undefined;
    const [succeeded, failed] = [toNumber(stats.totalSuccessfulRequests), toNumber(stats.totalErrorRequests)];
    row.succeeded = sum(row.succeeded, succeeded);
    row.failed = sum(row.failed, failed);
    row.inFlight = toNumber(stats.totalRequestsInProgress);
    return { zone, succeeded, failed };
  }

  return {
    add(report) {
      const counted: Counted[] = [];
      const leftOut = report.reduce((total, cluster) => total + addCluster(cluster, counted), 0);
      return { counted, leftOut };
    },
    read: () =>
      Array.from(entries, ([cluster, { dropped, localities }]) => ({
        cluster,
        dropped,
        localities: [...localities.values()].sort(byPlace),
      })).sort((a, b) => order(a.cluster, b.cluster)),
    forget() {
      room.left += taken;
      taken = roomOfOne;
      entries.clear();
    },
  };
}

function emptyRow(zone: string, subZone: string): Row {
  return { zone, subZone, succeeded: 0, failed: 0, inFlight: 0 };
}

function isName(name: string): boolean {
  return name !== "" && isPlace(name);
}

function isPlace(name: string): boolean {
  return name.length <= longestName;
}

function toNumber(count: bigint): number {
  return Number(count > BigInt(Number.MAX_SAFE_INTEGER) ? BigInt(Number.MAX_SAFE_INTEGER) : count);
}

function sum(before: number, more: number): number {
  return Math.min(before + more, Number.MAX_SAFE_INTEGER);
}

function byPlace(a: LocalityCounts, b: LocalityCounts): number {
  return order(a.zone, b.zone) || order(a.subZone, b.subZone);
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
