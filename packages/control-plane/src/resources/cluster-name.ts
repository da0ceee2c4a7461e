import type { Labels } from "../topology/topology.ts";

/** The name of the cluster of a service's endpoints with these labels: "heyhow", or "heyhow/version=v1". */
export function clusterName(service: string, labels: Labels): string {
  // Service names have no slash, so no two services share a cluster.
  const pairs = Object.entries(labels).map(([key, value]) => `${key}=${value}`);
  return [service, ...pairs.sort()].join("/");
}

/** Whether something with these labels has all of the wanted ones. */
export function hasLabels(labels: Labels, wanted: Labels): boolean {
  return Object.entries(wanted).every(([key, value]) => labels[key] === value);
}
