import { Cluster, ClusterDiscoveryType, ClusterLbPolicy, RoutingPriority } from "@hey/proto/xds";
import type { Balancing } from "../topology.ts";
import { fromAds } from "./parts.ts";

/** The largest number of calls in flight that can be said: no limit. */
const unlimited = 2 ** 32 - 1;

/** Endpoints that are called alike, by the name under which EDS has them too. */
export function buildCluster(name: string, balancing: Balancing): Cluster {
  return Cluster.fromPartial({
    name,
    clusterDiscoveryType: { $case: "type", value: ClusterDiscoveryType.EDS },
    edsClusterConfig: { edsConfig: fromAds, serviceName: name },
    lbPolicy: lbPolicy(balancing),
    // Left out, clients drop what goes beyond 1,024 calls in flight: not what an operator who said nothing means.
    circuitBreakers: { thresholds: [{ priority: RoutingPriority.DEFAULT, maxRequests: unlimited }] },
    // Left out, success-rate ejection is on; and grpc-js-xds would overlook its first appearance later (E2).
    outlierDetection: { enforcingSuccessRate: 0, enforcingFailurePercentage: 0 },
  });
}

function lbPolicy({ kind }: Balancing): ClusterLbPolicy {
  switch (kind) {
    case "round_robin":
      return ClusterLbPolicy.ROUND_ROBIN;
  }
}
