import type { Labels } from "../topology/topology.ts";

/** The name of the cluster of a service's endpoints with these labels: "heyhow", or "heyhow/version=v1". */
export function clusterName(service: string, labels: Labels): string {
  // Service names have no slash, so no two services share a cluster; and no two sets of labels do.
  const pairs = Object.entries(labels).map(([key, value]) => `${escaped(key)}=${escaped(value)}`);
  return [service, ...pairs.sort()].join("/");
}

/** What a cluster's name says; undefined for one that `clusterName` does not give. */
export function readClusterName(name: string): { readonly service: string; readonly labels: Labels } | undefined {
  const [service = "", ...pairs] = name.split("/");
  try {
    const labels = Object.fromEntries(pairs.map((pair) => pair.split("=", 2).map((part) => decodeURIComponent(part))));
    return clusterName(service, labels) === name ? { service, labels } : undefined;
  } catch {
    // A pair without =, or a % that begins no escape.
    return undefined;
  }
}

/** Whether something with these labels has all of the wanted ones. */
export function hasLabels(labels: Labels, wanted: Labels): boolean {
  return Object.entries(wanted).every(([key, value]) => labels[key] === value);
}

function escaped(text: string): string {
  return text.replaceAll(/[%/=]/g, encodeURIComponent);
}
