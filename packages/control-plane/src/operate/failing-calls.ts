import { clusterName, hasLabels } from "../resources/cluster-name.ts";
import { groupByLocality } from "../resources/localities.ts";
import type { MeshState } from "../resources/snapshot.ts";
import type { Labels, Service } from "../topology/topology.ts";

/** Calls that nobody takes. */
export interface FailingCalls {
  readonly service: string;
  /** Those that are sent to the endpoints with these labels; undefined: all, for the service is gone. */
  readonly labels: Labels | undefined;
}

/**
 * The calls that fail in one state and not in the one before: those to labels that no endpoint has which takes calls, and
 * those to a service that is gone. What fails already is nobody's fault, and so is a new service whose servers are to come.
 */
export function newlyFailing(before: MeshState, after: MeshState): readonly FailingCalls[] {
  const left = new Map(after.topology.services.map((service) => [service.name, service]));
  return before.topology.services.flatMap((service): readonly FailingCalls[] => {
    const { name } = service;
    const next = left.get(name);
    if (next === service && after.endpoints.get(name) === before.endpoints.get(name)) return [];
    if (next === undefined) return takesCalls(service, before, {}) ? [{ service: name, labels: undefined }] : [];
    const failed = deserted(service, before);
    return Array.from(deserted(next, after))
      .filter(([cluster]) => !failed.has(cluster))
      .map(([, labels]) => ({ service: name, labels }));
  });
}

/** The targets of a service that are called and have nobody to take the calls, by the names of their clusters. */
function deserted(service: Service, state: MeshState): ReadonlyMap<string, Labels> {
  const called = service.routes.flatMap(({ targets }) => targets.filter(({ weight }) => weight > 0));
  const clusters = new Map(called.map(({ labels }) => [clusterName(service.name, labels), labels]));
  return new Map([...clusters].filter(([, labels]) => !takesCalls(service, state, labels)));
}

/** Whether one of the endpoints with these labels is called: it is not drained, and neither is its zone. */
function takesCalls({ name, localities }: Service, { endpoints }: MeshState, labels: Labels): boolean {
  const those = (endpoints.get(name) ?? []).filter((each) => hasLabels(each.labels, labels));
  return groupByLocality(those, { rules: localities, byEndpoint: true }).length > 0;
}
