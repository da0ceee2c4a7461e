import type { Route, Service, Target } from "../topology/topology.ts";
import { clusterName, hasLabels } from "./cluster-name.ts";
import type { MeshState } from "./snapshot.ts";

/** A state that clients are told of before the one that is meant. */
export interface Announcement {
  readonly state: MeshState;
  /** The clusters that it names first. */
  readonly clusters: readonly string[];
}

/**
 * What to tell first, so that no client sends a call to a cluster that it has only just heard of: the routes as they were,
 * and a route that no call takes to the clusters that come. grpc-go chooses by new routes a moment before its balancer
 * knows their clusters, and fails what it chose then, for callers that wait for ready too. Undefined when no cluster comes,
 * or when the old routes lead where no endpoint is left: then there is nothing to wait for.
 */
export function announce(told: MeshState | undefined, next: MeshState): Announcement | undefined {
  if (told === undefined) return undefined;
  const before = new Map(told.topology.services.map((service) => [service.name, service] as const));
  const clusters: string[] = [];
  const services = next.topology.services.map((service) => {
    const old = before.get(service.name);
    const coming = old === undefined ? new Map<string, Target>() : newTargets(old, service);
    if (old === undefined || coming.size === 0 || !leadsSomewhere(old, next)) return service;
    clusters.push(...coming.keys());
    return { ...service, routes: [...old.routes, neverTaken([...coming.values()])] };
  });
  if (clusters.length === 0) return undefined;
  return { clusters, state: { ...next, topology: { ...next.topology, services } } };
}

/** By the name of their cluster. Clients leave out what has no share, so that it is news when it gets one. */
function newTargets(old: Service, { name, routes }: Service): Map<string, Target> {
  const known = new Set(called(old.routes).map(({ labels }) => clusterName(name, labels)));
  const all = called(routes).map((target) => [clusterName(name, target.labels), target] as const);
  return new Map(all.filter(([cluster]) => !known.has(cluster)));
}

function leadsSomewhere({ name, routes }: Service, { endpoints }: MeshState): boolean {
  const there = (endpoints.get(name) ?? []).filter(({ weight }) => weight !== 0);
  return called(routes).every(({ labels }) => there.some((endpoint) => hasLabels(endpoint.labels, labels)));
}

function called(routes: readonly Route[]): readonly Target[] {
  return routes.flatMap(({ targets }) => (targets.length === 1 ? targets : targets.filter(({ weight }) => weight > 0)));
}

/** No method has this path: methods are named /SERVICE/METHOD. */
function neverTaken(targets: readonly Target[]): Route {
  return {
    match: { path: { kind: "exact", value: "/-" }, headers: [] },
    targets: targets.map(({ labels }) => ({ labels, weight: 1 })),
    retries: undefined,
    timeoutMs: undefined,
    fault: undefined,
  };
}
