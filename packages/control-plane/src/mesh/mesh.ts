import { setTimeout as pause } from "node:timers/promises";
import { createLatest, type Latest } from "@hey/rpc";
import type { Discover } from "../discovery/discover.ts";
import type { Service, Topology } from "../topology/topology.ts";
import type { EndpointTable } from "./endpoint-table.ts";
import { type ServiceWatch, watchService } from "./service-watch.ts";
import { type CheckHealth, createWatches } from "./watches.ts";

/** A topology in force, and what was found of it. */
export interface MeshNow {
  readonly topology: Topology;
  readonly tables: ReadonlyMap<string, EndpointTable>;
}

export interface MeshOptions {
  readonly discover: Discover;
  readonly checkHealth: CheckHealth;
  /** How long discovery and first health checks may hold up a new topology, in milliseconds. */
  readonly settleMs: number;
}

/** Everything known about the services. Disposing ends all watches. */
export interface Mesh extends Disposable {
  /** Undefined until the first topology is in force; another after each change. */
  readonly now: Latest<MeshNow | undefined>;
  /**
   * Puts a topology in force as soon as its new services and sources have been looked at, or the time for that is up; what
   * is in force already is not waited for, in trouble or not. The one before stays in force until then, so a change of
   * sources leaves no gap and a control plane that starts does not tell clients of empty services. Endpoints that were
   * called are the last good ones of checks that change. Resolves to whether it is in force: false, and at once, when a
   * later one came first. Rejects, and the one before stays, when `accept` throws for what would be in force.
   */
  apply(topology: Topology, accept?: (next: MeshNow) => void): Promise<boolean>;
}

interface Watched {
  /** By which a service whose sources and checks did not change is known. */
  readonly key: string;
  readonly watch: ServiceWatch;
  /** Ends telling of its changes. */
  readonly stop: AbortController;
}

export function createMesh({ discover, checkHealth, settleMs }: MeshOptions): Mesh {
  const now = createLatest<MeshNow | undefined>(undefined);
  const watches = createWatches({ discover, checkHealth, settleMs });
  let watched: ReadonlyMap<string, Watched> = new Map();
  let pending: ReadonlyMap<string, Watched> = new Map();
  let inForce: Topology | undefined;
  /** Resolved when there is a later topology than the one that is being looked at. */
  let overtaken = Promise.withResolvers<void>();
  let soon: NodeJS.Immediate | undefined;

  function tell() {
    clearImmediate(soon);
    soon = undefined;
    if (inForce !== undefined) now.set({ topology: inForce, tables: tablesOf(watched) });
  }

  function begin({ name, sources, health }: Service, key: string): Watched {
    const lastGood = watched.get(name)?.watch.table.value.callable ?? [];
    return { key, watch: watchService({ sources, health, watches, lastGood }), stop: new AbortController() };
  }

  /** The news of all services in one turn of the event loop are one change. */
  async function follow({ watch, stop }: Watched): Promise<void> {
    for await (const _table of watch.table.watch(stop.signal)) soon ??= setImmediate(tell);
  }

  async function apply(topology: Topology, accept?: (next: MeshNow) => void): Promise<boolean> {
    overtaken.resolve();
    const mine = Promise.withResolvers<void>();
    overtaken = mine;
    const before = pending;
    const next = new Map<string, Watched>();
    for (const service of topology.services) {
      const key = JSON.stringify([service.sources, service.health]);
      const same = [watched.get(service.name), before.get(service.name)].find((each) => each?.key === key);
      next.set(service.name, same ?? begin(service, key));
    }
    pending = next;
    discard(before.values(), new Set([...watched.values(), ...next.values()]));
    const inForceAlready = new Set(watched.values());
    const begun = [...next.values()].filter((each) => !inForceAlready.has(each));
    const settled = Promise.all(begun.map(({ watch }) => watch.settled));
    await Promise.race([settled, mine.promise, pause(settleMs, undefined, { ref: false })]);
    if (mine !== overtaken) return false;
    const old = watched;
    try {
      accept?.({ topology, tables: tablesOf(next) });
    } catch (error) {
      pending = old;
      discard(next.values(), inForceAlready);
      throw error;
    }
    watched = next;
    inForce = topology;
    discard(old.values(), new Set(next.values()));
    const running = new Set(old.values());
    for (const each of next.values()) if (!running.has(each)) void follow(each);
    tell();
    return true;
  }

  return {
    now,
    apply,
    [Symbol.dispose]() {
      clearImmediate(soon);
      overtaken.resolve();
      overtaken = Promise.withResolvers();
      discard([...watched.values(), ...pending.values()], new Set());
    },
  };
}

function tablesOf(watched: ReadonlyMap<string, Watched>): MeshNow["tables"] {
  return new Map(Array.from(watched, ([name, { watch }]) => [name, watch.table.value] as const));
}

function discard(all: Iterable<Watched>, wanted: ReadonlySet<Watched>): void {
  for (const each of all) {
    if (wanted.has(each)) continue;
    each.stop.abort();
    each.watch[Symbol.dispose]();
  }
}
