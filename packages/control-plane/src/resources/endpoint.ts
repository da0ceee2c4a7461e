import { ClusterLoadAssignment, HealthStatus, LbEndpoint } from "@hey/proto/xds";
import { formatAddress, type SocketAddress } from "../topology/topology.ts";

/** The endpoints of a cluster; one address found twice is one endpoint, since clients refuse an assignment with both. */
export function buildAssignment(cluster: string, endpoints: readonly SocketAddress[]): ClusterLoadAssignment {
  const unique = new Map(endpoints.map((endpoint) => [formatAddress(endpoint), endpoint]));
  // In the order of their addresses: discovery may find the same ones in another order, which is no change.
  const sorted = [...unique].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, endpoint]) => toLbEndpoint(endpoint));
  if (sorted.length === 0) return ClusterLoadAssignment.fromPartial({ clusterName: cluster });
  return ClusterLoadAssignment.fromPartial({
    clusterName: cluster,
    // One locality for all, whatever their zones: within one, calls go round in turn; among several they go by chance.
    endpoints: [{ locality: {}, lbEndpoints: sorted, loadBalancingWeight: sorted.length, priority: 0 }],
  });
}

function toLbEndpoint({ host, port }: SocketAddress): LbEndpoint {
  return LbEndpoint.fromPartial({
    hostIdentifier: {
      $case: "endpoint",
      value: {
        address: {
          address: {
            $case: "socketAddress",
            value: { address: host, portSpecifier: { $case: "portValue", value: port } },
          },
        },
      },
    },
    healthStatus: HealthStatus.HEALTHY,
  });
}
