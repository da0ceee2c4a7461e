import { nearest } from "@hey/runtime";
import { hasLabels } from "../resources/cluster-name.ts";
import type { MeshState } from "../resources/snapshot.ts";
import { type Fault, formatAddress, type Target } from "../topology/topology.ts";
import { labelWords, type Overrides, type ServiceOverride } from "./overrides.ts";

/** One thing that an operator wants. */
export type Change =
  | { readonly kind: "split"; readonly service: string; readonly targets: readonly Target[]; readonly force: boolean }
  /** Undefined: as mesh.yaml says. */
  | { readonly kind: "fault"; readonly service: string; readonly fault: Fault | undefined }
  | { readonly kind: "drops"; readonly service: string; readonly percent: number | undefined }
  /** 1: like the others. */
  | { readonly kind: "weight"; readonly address: string; readonly weight: number }
  | { readonly kind: "pause"; readonly service: string; readonly paused: boolean }
  /** Undefined: everything. */
  | { readonly kind: "reset"; readonly service: string | undefined };

/** What is in force after a change, or why nothing was changed. */
export type Changed =
  | { readonly ok: true; readonly overrides: Overrides }
  | { readonly ok: false; readonly reason: "not found" | "calls would fail" | "too many"; readonly problem: string };

/** More of them is a mistake, or somebody who fills the memory. */
const mostWeights = 1_000;

/** The overrides after a change, for the mesh as it is now. */
export function changeOverrides(overrides: Overrides, change: Change, mesh: MeshState): Changed {
  const names = mesh.topology.services.map(({ name }) => name);
  if (change.kind === "weight") return changeWeight(overrides, change, mesh);
  const { service } = change;
  if (service !== undefined && !names.includes(service)) return notFound("service", service, names);
  switch (change.kind) {
    case "reset":
      return { ok: true, overrides: withoutService(overrides, service, mesh) };
    case "split": {
      const missing = change.targets.filter(
        ({ labels, weight }) =>
          weight > 0 && !endpointsOf(mesh, change.service).some((each) => hasLabels(each.labels, labels)),
      );
      if (missing.length === 0 || change.force) return put(overrides, change.service, { split: change.targets });
      const there = [...new Set(endpointsOf(mesh, change.service).map(({ labels }) => labelWords(labels)))];
      const wanted = missing.map(({ labels }) => labelWords(labels)).join(", ");
      const problem = `no endpoint of ${change.service} that may be called is ${wanted}: its calls would fail; there are: ${there.join(", ") || "none"} (--force splits all the same)`;
      return { ok: false, reason: "calls would fail", problem };
    }
    case "fault":
      return put(overrides, change.service, { fault: change.fault });
    case "drops":
      return put(overrides, change.service, { dropPercent: change.percent });
    case "pause":
      return put(overrides, change.service, { paused: change.paused || undefined });
  }
}

function changeWeight(
  overrides: Overrides,
  { address, weight }: { address: string; weight: number },
  mesh: MeshState,
): Changed {
  const addresses = [...mesh.endpoints.values()].flat().map(formatAddress);
  const weights = new Map(overrides.weights);
  // What was drained and has gone is not among the endpoints any more, and can still be taken back.
  if (!addresses.includes(address) && !weights.has(address)) return notFound("endpoint", address, addresses);
  if (weight === 1) weights.delete(address);
  else weights.set(address, weight);
  if (weight === 0 && isLast(address, weights, mesh)) {
    const problem = `${address} is the last endpoint that takes calls: every call would fail; pause stops a service`;
    return { ok: false, reason: "calls would fail", problem };
  }
  if (weights.size > mostWeights) {
    const problem = `expected at most ${mostWeights} endpoints with weights by command, write them into mesh.yaml`;
    return { ok: false, reason: "too many", problem };
  }
  return { ok: true, overrides: { ...overrides, weights } };
}

/** Whether a service with this endpoint would have none left that takes calls. */
function isLast(address: string, weights: ReadonlyMap<string, number>, { endpoints }: MeshState): boolean {
  return [...endpoints.values()].some(
    (all) =>
      all.some((each) => formatAddress(each) === address) &&
      all.every((each) => (weights.get(formatAddress(each)) ?? each.weight ?? 1) === 0),
  );
}

type Part = { readonly [K in keyof ServiceOverride]: ServiceOverride[K] | undefined };

function put(overrides: Overrides, service: string, part: Part): Changed {
  const services = new Map(overrides.services);
  const all = Object.entries({ ...services.get(service), ...part }).filter(([, value]) => value !== undefined);
  if (all.length === 0) services.delete(service);
  else services.set(service, Object.fromEntries(all));
  return { ok: true, overrides: { ...overrides, services } };
}

function withoutService(overrides: Overrides, service: string | undefined, mesh: MeshState): Overrides {
  if (service === undefined) return { services: new Map(), weights: new Map() };
  const services = new Map(overrides.services);
  services.delete(service);
  const weights = new Map(overrides.weights);
  for (const endpoint of endpointsOf(mesh, service)) weights.delete(formatAddress(endpoint));
  return { services, weights };
}

/** Overrides of services that mesh.yaml no longer has are over. The same object when there are none. */
export function dropStrays(overrides: Overrides, { topology }: Pick<MeshState, "topology">): Overrides {
  const names = new Set(topology.services.map(({ name }) => name));
  const strays = [...overrides.services.keys()].filter((name) => !names.has(name));
  if (strays.length === 0) return overrides;
  const services = new Map(overrides.services);
  for (const name of strays) services.delete(name);
  return { ...overrides, services };
}

function endpointsOf({ endpoints }: MeshState, service: string) {
  return endpoints.get(service) ?? [];
}

function notFound(what: string, name: string, names: readonly string[]): Changed {
  const near = nearest(name, names);
  const hint = near === undefined ? `there are: ${names.slice(0, 20).join(", ") || "none"}` : `did you mean ${near}?`;
  return { ok: false, reason: "not found", problem: `no ${what} "${name}"; ${hint}` };
}
