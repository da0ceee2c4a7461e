import { everyCall } from "../topology/route-schema.ts";
import type { Retries, Route } from "../topology/topology.ts";

/** The routes of a service that says nothing about them. For tests. */
export function everywhere(retries?: Retries): readonly Route[] {
  return [{ match: everyCall, targets: [{ labels: {}, weight: 1 }], retries, timeoutMs: undefined, fault: undefined }];
}

/** How calls to a cluster are spread and limited when nothing is said about it. For tests. */
export const plainCluster = {
  balancing: { kind: "round_robin" },
  outliers: undefined,
  maxCalls: undefined,
  dropPercent: 0,
  localities: [],
} as const;
