import type { ClientCalls, ClusterCalls } from "@hey/proto/mesh";
import type { ClusterCounts, LocalityCounts } from "../lrs/call-counts.ts";

/** A client may call thousands of localities, and the status is for people: so many of each client. */
const mostLocalities = 20;

/** The calls of one client as it reported them. */
export interface ReportedCalls {
  readonly nodeId: string;
  readonly peer: string;
  readonly counts: readonly ClusterCounts[];
  readonly leftOut: number;
}

/** What operators are told of them. */
export function toClientCalls({ nodeId, peer, counts, leftOut }: ReportedCalls): ClientCalls {
  const clusters: ClusterCalls[] = [];
  let shown = 0;
  let moreLocalities = 0;
  for (const { cluster, dropped, localities } of counts) {
    // A cluster whose calls were all dropped takes the place of a locality.
    const size = Math.max(1, localities.length);
    const room = Math.min(size, mostLocalities - shown);
    shown += room;
    moreLocalities += size - room;
    if (room === 0) continue;
    clusters.push({ cluster, dropped: BigInt(dropped), localities: localities.slice(0, room).map(toLocality) });
  }
  return { nodeId, peer, clusters, moreLocalities, leftOut: BigInt(leftOut) };
}

function toLocality({
  zone,
  subZone,
  succeeded,
  failed,
  inFlight,
}: LocalityCounts): ClusterCalls["localities"][number] {
  return { zone, subZone, succeeded: BigInt(succeeded), failed: BigInt(failed), inFlight: BigInt(inFlight) };
}
