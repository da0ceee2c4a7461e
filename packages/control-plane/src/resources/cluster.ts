import {
  ApiVersion,
  Cluster,
  ClusterDiscoveryType,
  ClusterLbPolicy,
  type ConfigSource,
  OutlierDetection,
  RoutingPriority,
} from "@hey/proto/xds";
import type { Outliers, Service } from "../topology/topology.ts";
import { byLoad } from "./load-policy.ts";
import { fromAds, toDuration } from "./parts.ts";

/** The largest number of calls in flight that can be said: no limit. */
const unlimited = 2 ** 32 - 1;

/**
 * "Report your calls where this came from." Always there, since grpc-js-xds would overlook its first appearance later (E2).
 * It takes no other server than this one.
 */
const sameServer: ConfigSource = {
  configSourceSpecifier: { $case: "self", value: { transportApiVersion: ApiVersion.V3 } },
  resourceApiVersion: ApiVersion.V3,
};

/** How the calls to a cluster are spread and limited. */
export type ClusterInput = Pick<Service, "balancing" | "outliers" | "maxCalls">;

/** Endpoints that are called alike, by the name under which EDS has them too. */
export function buildCluster(name: string, { balancing, outliers, maxCalls }: ClusterInput): Cluster {
  return Cluster.fromPartial({
    name,
    clusterDiscoveryType: { $case: "type", value: ClusterDiscoveryType.EDS },
    edsClusterConfig: { edsConfig: fromAds, serviceName: name },
    // For clients that do not read load_balancing_policy.
    lbPolicy: balancing.kind === "ring_hash" ? ClusterLbPolicy.RING_HASH : ClusterLbPolicy.ROUND_ROBIN,
    ...(balancing.kind === "weighted_by_load" && { loadBalancingPolicy: byLoad(balancing.reportEveryMs) }),
    // Left out, clients drop what goes beyond 1,024 calls in flight: not what an operator who said nothing means.
    circuitBreakers: { thresholds: [{ priority: RoutingPriority.DEFAULT, maxRequests: maxCalls ?? unlimited }] },
    outlierDetection: toOutlierDetection(outliers),
    lrsServer: sameServer,
  });
}

/**
 * Always there: left out, success-rate ejection is on, and grpc-js-xds would overlook its first appearance later (E2).
 * Only failure percentages are used: success rates are compared from five endpoints on.
 */
function toOutlierDetection(outliers: Outliers | undefined): OutlierDetection {
  if (outliers === undefined) {
    return OutlierDetection.fromPartial({ enforcingSuccessRate: 0, enforcingFailurePercentage: 0 });
  }
  return OutlierDetection.fromPartial({
    interval: toDuration(outliers.intervalMs),
    baseEjectionTime: toDuration(outliers.ejectionMs),
    maxEjectionPercent: outliers.maxEjectedPercent,
    enforcingSuccessRate: 0,
    enforcingFailurePercentage: 100,
    failurePercentageThreshold: outliers.failurePercent,
    failurePercentageMinimumHosts: 1,
    failurePercentageRequestVolume: outliers.minCalls,
  });
}
