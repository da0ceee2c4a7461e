import { Cluster, ClusterLoadAssignment, Listener, RouteConfiguration } from "@hey/proto/xds";
import type { Endpoint } from "../mesh/endpoint.ts";
import type { Service } from "../topology/topology.ts";
import { buildCluster } from "./cluster.ts";
import { clusterName, hasLabels } from "./cluster-name.ts";
import { buildAssignment } from "./endpoint.ts";
import { buildListener } from "./listener.ts";
import { type Resource, toResource } from "./resource.ts";
import { checkResources } from "./resource-rules.ts";
import type { ResourceType } from "./resource-type.ts";
import { buildRoutes } from "./route.ts";

/** One service as clients are told of it. */
export interface ServiceResources {
  readonly resources: Readonly<Record<ResourceType, readonly Resource[]>>;
  /** What clients would refuse or find missing, a line each. Empty, or the resources must not be sent. */
  readonly problems: readonly string[];
}

export interface ServiceInput {
  readonly service: Service;
  /** Those that may be called. */
  readonly endpoints: readonly Endpoint[];
  /** How often the service came back after it had been gone. */
  readonly restored: number;
}

export function buildService({ service, endpoints, restored }: ServiceInput): ServiceResources {
  const { name, routes, balancing } = service;
  const listener = buildListener({ service: name, restored });
  const subsets = new Map(
    routes.flatMap(({ targets }) => targets.map(({ labels }) => [clusterName(name, labels), labels] as const)),
  );
  const messages = {
    listeners: [listener],
    routes: [buildRoutes({ service: name, routes, balancing, listener })],
    clusters: Array.from(subsets.keys(), (cluster) => buildCluster(cluster, service)),
    assignments: Array.from(subsets, ([cluster, labels]) =>
      buildAssignment(
        cluster,
        endpoints.filter((endpoint) => hasLabels(endpoint.labels, labels)),
        service,
      ),
    ),
  };
  return {
    problems: checkResources(messages),
    resources: {
      LDS: messages.listeners.map((each) => toResource("LDS", each.name, Listener.encode(each).finish())),
      RDS: messages.routes.map((each) => toResource("RDS", each.name, RouteConfiguration.encode(each).finish())),
      CDS: messages.clusters.map((each) => toResource("CDS", each.name, Cluster.encode(each).finish())),
      EDS: messages.assignments.map((each) =>
        toResource("EDS", each.clusterName, ClusterLoadAssignment.encode(each).finish()),
      ),
    },
  };
}
