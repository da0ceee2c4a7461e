import { ClusterLoadAssignment, HealthStatus, LbEndpoint } from "@hey/proto/xds";
import { formatAddress, type Service, type SocketAddress } from "../topology/topology.ts";
import { type Called, groupByLocality } from "./localities.ts";
import { toFraction } from "./parts.ts";

/** How the calls to a cluster are shared out over places, and how many are dropped. */
export type AssignmentInput = Pick<Service, "balancing" | "localities" | "dropPercent">;

/** The endpoints of a cluster; one address found twice is one endpoint, since clients refuse an assignment with both. */
export function buildAssignment(
  cluster: string,
  endpoints: readonly Called[],
  settings: AssignmentInput,
): ClusterLoadAssignment {
  const unique = new Map(endpoints.map((endpoint) => [formatAddress(endpoint), endpoint] as const));
  // In the order of their addresses: discovery may find the same ones in another order, which is no change.
  const sorted = [...unique].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, endpoint]) => endpoint);
  const byEndpoint = settings.balancing.kind === "ring_hash";
  return ClusterLoadAssignment.fromPartial({
    clusterName: cluster,
    endpoints: groupByLocality(sorted, { rules: settings.localities, byEndpoint }).map((group) => ({
      locality: { zone: group.zone, subZone: group.subZone },
      lbEndpoints: group.members.map(({ endpoint, weight }) => toLbEndpoint(endpoint, weight)),
      loadBalancingWeight: group.weight,
      priority: group.priority,
    })),
    ...(settings.dropPercent > 0 && {
      policy: { dropOverloads: [{ category: "mesh", dropPercentage: toFraction(settings.dropPercent) }] },
    }),
  });
}

function toLbEndpoint({ host, port }: SocketAddress, weight: number | undefined): LbEndpoint {
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
    ...(weight !== undefined && { loadBalancingWeight: weight }),
  });
}
