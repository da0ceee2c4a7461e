import type { Endpoint } from "../mesh/endpoint.ts";
import type { Service, Topology } from "../topology/topology.ts";
import { contentHash } from "./content-hash.ts";
import { type Resource, versionOf } from "./resource.ts";
import { type ResourceType, resourceTypes } from "./resource-type.ts";
import { buildService, type ServiceResources } from "./service-resources.ts";
import { createUnroutedFinder } from "./unrouted.ts";
import { createUnservedFinder } from "./unserved.ts";

/** Everything that clients may be told at one moment. Never changed: what changes is which one is the newest. */
export interface Snapshot {
  /** The hash of all of it: control planes that know the same agree on it, and so does one that was started again. */
  readonly version: string;
  /** By name. */
  readonly resources: Readonly<Record<ResourceType, ReadonlyMap<string, Resource>>>;
  /**
   * What a client that names it is told of: all of the above, the clusters of services that are there to which no route leads
   * now, and services that are not there, as such without a route.
   */
  find(type: ResourceType, name: string): Resource | undefined;
}

/** What a snapshot is made of. */
export interface MeshState {
  readonly topology: Topology;
  /** The endpoints that may be called, by service. Of one that is not there nobody can tell yet: clients go on with what they know. */
  readonly endpoints: ReadonlyMap<string, readonly Endpoint[]>;
}

/** A snapshot, or why there is none: lines that name the resource and what clients would refuse. */
export type BuiltSnapshot =
  | { readonly ok: true; readonly snapshot: Snapshot }
  | { readonly ok: false; readonly problems: readonly string[] };

interface Built extends ServiceResources {
  readonly service: Service;
  readonly endpoints: readonly Endpoint[] | undefined;
}

/**
 * Makes the builder of one control plane's snapshots. It remembers what it built: a service whose settings and endpoints
 * are the same objects as before is not built or encoded again.
 */
export function createSnapshotBuilder(): (state: MeshState) => BuiltSnapshot {
  let built = new Map<string, Built>();
  const findUnserved = createUnservedFinder();

  return ({ topology, endpoints }) => {
    const next = new Map<string, Built>();
    for (const service of topology.services) {
      const { name } = service;
      const before = built.get(name);
      const input = { service, endpoints: endpoints.get(name) };
      const same = before?.service === service && before.endpoints === input.endpoints;
      next.set(name, same ? before : { ...input, ...buildService(input) });
    }
    built = next;
    const problems = [...next.values()].flatMap((each) => each.problems);
    return problems.length > 0 ? { ok: false, problems } : { ok: true, snapshot: assemble(next, findUnserved) };
  };
}

function assemble(services: ReadonlyMap<string, Built>, findUnserved: Snapshot["find"]): Snapshot {
  const of = (type: ResourceType) =>
    new Map([...services.values()].flatMap((each) => each.resources[type].map((one) => [one.name, one] as const)));
  const resources = { CDS: of("CDS"), EDS: of("EDS"), LDS: of("LDS"), RDS: of("RDS") };
  const findUnrouted = createUnroutedFinder(services);
  return {
    resources,
    version: contentHash(resourceTypes.map((type) => versionOf(resources[type].values()))),
    find: (type, name) => resources[type].get(name) ?? findUnrouted(type, name) ?? findUnserved(type, name),
  };
}
