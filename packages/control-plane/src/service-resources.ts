import { Cluster, ClusterLoadAssignment, Listener, RouteConfiguration } from "@hey/proto/xds";
import type { Endpoint } from "./endpoint.ts";
import { type Resource, toResource } from "./resource.ts";
import { checkResources } from "./resource-rules.ts";
import type { ResourceType } from "./resource-type.ts";
import { buildCluster } from "./resources/cluster.ts";
import { buildAssignment } from "./resources/endpoint.ts";
import { buildListener } from "./resources/listener.ts";
import { buildRoutes } from "./resources/route.ts";
import type { Service } from "./topology.ts";

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
  const cluster = service.name;
  const listener = buildListener({ service: service.name, restored });
  const routes = buildRoutes({ service: service.name, cluster, retries: service.retries, listener });
  const messages = {
    listeners: [listener],
    routes: [routes],
    clusters: [buildCluster(cluster, service.balancing)],
    assignments: [buildAssignment(cluster, endpoints)],
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
