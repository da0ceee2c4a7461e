import { nearest } from "@hey/runtime";
import type { MeshState } from "../resources/snapshot.ts";
import { type Fault, formatAddress, type SocketAddress, type Target } from "../topology/topology.ts";
import { type FailingCalls, newlyFailing } from "./failing-calls.ts";
import { applyOverrides, labelWords, type Overrides, type ServiceOverride } from "./overrides.ts";

/** One thing that an operator wants. `force`: although calls fail by it. */
export type Change =
  | { readonly kind: "split"; readonly service: string; readonly targets: readonly Target[]; readonly force: boolean }
  /** None of its parts: no fault, whatever mesh.yaml says. */
  | { readonly kind: "fault"; readonly service: string; readonly fault: Fault }
  /** 0: none, whatever mesh.yaml says. */
  | { readonly kind: "drops"; readonly service: string; readonly percent: number }
  /** 1: like the others, whatever mesh.yaml says. */
  | { readonly kind: "weight"; readonly address: string; readonly weight: number; readonly force: boolean }
  | { readonly kind: "pause"; readonly service: string; readonly paused: boolean }
  /** Undefined: everything. */
  | { readonly kind: "reset"; readonly service: string | undefined };

/** What is in force after a change, or why nothing was changed. */
export type Changed =
  | { readonly ok: true; readonly overrides: Overrides }
  | { readonly ok: false; readonly reason: "not found" | "calls would fail" | "too many"; readonly problem: string };

/** More of them is a mistake, or somebody who fills the memory. */
const mostWeights = 1_000;

/** The overrides after a change, for the mesh as it is now. What says of itself that calls fail, as a pause does, is done. */
export function changeOverrides(overrides: Overrides, change: Change, mesh: MeshState): Changed {
  const changed = withChange(overrides, change, mesh);
  if (!changed.ok || !("force" in change) || change.force) return changed;
  const before = applyOverrides(mesh, overrides);
  const failing = newlyFailing(before, applyOverrides(mesh, changed.overrides));
  return failing.length === 0
    ? changed
    : { ok: false, reason: "calls would fail", problem: failingWords(change, failing, before) };
}

function withChange(overrides: Overrides, change: Change, mesh: MeshState): Changed {
  const names = mesh.topology.services.map(({ name }) => name);
  if (change.kind === "weight") return changeWeight(overrides, change, mesh);
  const { service } = change;
  if (service !== undefined && !names.includes(service)) return notFound("service", service, names);
  switch (change.kind) {
    case "reset":
      return { ok: true, overrides: withoutService(overrides, service, mesh) };
    case "split":
      return put(overrides, change.service, { split: change.targets });
    case "fault": {
      // What is taken back where mesh.yaml has none either is no override.
      const isOver = !isFault(change.fault) && !routesOf(mesh, change.service).some(({ fault }) => isFault(fault));
      return put(overrides, change.service, { fault: isOver ? undefined : change.fault });
    }
    case "drops": {
      const isOver = change.percent === 0 && serviceOf(mesh, change.service)?.dropPercent === 0;
      return put(overrides, change.service, { dropPercent: isOver ? undefined : change.percent });
    }
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
  if (weight === 1 && writtenWeight(address, mesh) === 1) weights.delete(address);
  else weights.set(address, weight);
  if (weights.size > mostWeights) {
    const problem = `expected at most ${mostWeights} endpoints with weights by command, write them into mesh.yaml`;
    return { ok: false, reason: "too many", problem };
  }
  return { ok: true, overrides: { ...overrides, weights } };
}

/** What mesh.yaml says of an endpoint, whether it is there or not. That one is about to go is not said there. */
function writtenWeight(address: string, { topology, endpoints }: MeshState): number {
  const is = (each: SocketAddress) => formatAddress(each) === address;
  const found = [...endpoints.values()].flat().find(is);
  if (found !== undefined) return found.terminating ? 1 : (found.weight ?? 1);
  const sources = topology.services.flatMap((service) => service.sources);
  return sources.flatMap((source) => (source.kind === "static" ? source.addresses : [])).find(is)?.weight ?? 1;
}

function isFault(fault: Fault | undefined): boolean {
  return fault !== undefined && (fault.abort !== undefined || fault.delay !== undefined || fault.byHeader);
}

/** What would fail, what there is instead, and how to insist. */
function failingWords(
  change: Extract<Change, { readonly force: boolean }>,
  failing: readonly FailingCalls[],
  { endpoints }: MeshState,
): string {
  if (change.kind === "weight") {
    const whose = failing.map(({ service, labels = {} }) =>
      [labelWords(labels), service].filter((each) => each !== ""),
    );
    const calls = whose.map((words) => words.join(" of ")).join(", ");
    return `${change.address} is the last endpoint that takes calls to ${calls}: they would fail; pause stops a service (--force drains it all the same)`;
  }
  const called = (endpoints.get(change.service) ?? []).filter(({ weight }) => weight !== 0);
  const there = [...new Set(called.map(({ labels }) => labelWords(labels)))];
  const wanted = failing.map(({ labels = {} }) => labelWords(labels)).join(", ");
  return `no endpoint of ${change.service} that may be called is ${wanted}: its calls would fail; there are: ${there.join(", ") || "none"} (--force splits all the same)`;
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

function serviceOf({ topology }: MeshState, service: string) {
  return topology.services.find(({ name }) => name === service);
}

function routesOf(mesh: MeshState, service: string) {
  return serviceOf(mesh, service)?.routes ?? [];
}

function notFound(what: string, name: string, names: readonly string[]): Changed {
  const near = nearest(name, names);
  const hint = near === undefined ? `there are: ${names.slice(0, 20).join(", ") || "none"}` : `did you mean ${near}?`;
  return { ok: false, reason: "not found", problem: `no ${what} "${name}"; ${hint}` };
}
