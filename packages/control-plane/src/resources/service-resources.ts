import { Cluster, ClusterLoadAssignment, Listener, RouteConfiguration } from "@hey/proto/xds";
import type { Endpoint } from "../mesh/endpoint.ts";
import type { Labels, Service } from "../topology/topology.ts";
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
  /** Those that may be called; undefined: nobody can tell yet, and clients are told nothing of them. */
  readonly endpoints: readonly Endpoint[] | undefined;
}

/** What cannot even be encoded is a problem like any other: it must not end the process. */
export function buildService(input: ServiceInput): ServiceResources {
  try {
    return build(input);
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    return { problems: [`${input.service.name} cannot be encoded: ${problem}`], resources: noResources };
  }
}

/** What clients would refuse of a service whatever its endpoints are, a line each. */
export function checkService(service: Service): readonly string[] {
  return buildService({ service, endpoints: [] }).problems;
}

const noResources: ServiceResources["resources"] = { CDS: [], EDS: [], LDS: [], RDS: [] };

function build({ service, endpoints }: ServiceInput): ServiceResources {
  const { name, routes, balancing } = service;
  const listener = buildListener(name);
  const subsets = new Map(
    routes.flatMap(({ targets }) => targets.map(({ labels }) => [clusterName(name, labels), labels] as const)),
  );
  const built = Array.from(subsets.values(), (labels) => buildSubset({ service, endpoints }, labels));
  const messages = {
    listeners: [listener],
    routes: [buildRoutes({ service: name, routes, balancing, listener })],
    clusters: built.map(({ cluster }) => cluster),
    assignments: built.map(({ assignment }) => assignment),
  };
  return {
    problems: checkResources(messages),
    resources: {
      LDS: messages.listeners.map((each) => toResource("LDS", each.name, Listener.encode(each).finish())),
      RDS: messages.routes.map((each) => toResource("RDS", each.name, RouteConfiguration.encode(each).finish())),
      CDS: built.map(({ cluster }) => encodeCluster(cluster)),
      EDS: endpoints === undefined ? [] : built.map(({ assignment }) => encodeAssignment(assignment)),
    },
  };
}

/** What clients are told of the endpoints of a service that have these labels, whether or not a route leads there. */
export function buildCallees(input: SubsetInput, labels: Labels): Callees {
  const { cluster, assignment } = buildSubset(input, labels);
  return {
    CDS: encodeCluster(cluster),
    EDS: input.endpoints === undefined ? undefined : encodeAssignment(assignment),
  };
}

export interface Callees {
  readonly CDS: Resource;
  readonly EDS: Resource | undefined;
}

type SubsetInput = Pick<ServiceInput, "service" | "endpoints">;

function buildSubset({ service, endpoints = [] }: SubsetInput, labels: Labels) {
  const name = clusterName(service.name, labels);
  const those = endpoints.filter((endpoint) => hasLabels(endpoint.labels, labels));
  return { cluster: buildCluster(name, service), assignment: buildAssignment(name, those, service) };
}

function encodeCluster(cluster: Cluster): Resource {
  return toResource("CDS", cluster.name, Cluster.encode(cluster).finish());
}

function encodeAssignment(assignment: ClusterLoadAssignment): Resource {
  return toResource("EDS", assignment.clusterName, ClusterLoadAssignment.encode(assignment).finish());
}
