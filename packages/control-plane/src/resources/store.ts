import { createLatest, type Latest } from "@hey/rpc";
import { announce } from "./announce.ts";
import { createSnapshotBuilder, type MeshState, type Snapshot } from "./snapshot.ts";

/** The snapshot that clients are told of. */
export interface Store extends Disposable {
  /** Undefined until the first one. */
  readonly snapshots: Latest<Snapshot | undefined>;
  /**
   * Makes the state the newest; where its routes lead to new clusters, after these were announced for a while. Returns what
   * clients would refuse of it, a line each; then the snapshot before stays, for an invalid one must not leave the process.
   */
  publish(state: MeshState): readonly string[];
  /** Resolves when clients are told what is meant: at once, unless a cluster is being announced. */
  settled(): Promise<void>;
}

export interface StoreOptions {
  /** How long a cluster is announced before calls go there, in milliseconds. */
  readonly announceMs: number;
}

export function createStore({ announceMs }: StoreOptions): Store {
  const build = createSnapshotBuilder();
  const snapshots = createLatest<Snapshot | undefined>(undefined);
  let told: MeshState | undefined;
  /** What is meant, while its clusters are announced. */
  let pending: { readonly state: MeshState; readonly clusters: ReadonlySet<string> } | undefined;
  let timer: NodeJS.Timeout | undefined;
  let meant = Promise.withResolvers<void>();
  meant.resolve();

  function show(state: MeshState): readonly string[] {
    const built = build(state);
    if (!built.ok) return built.problems;
    if (built.snapshot.version !== snapshots.value?.version) snapshots.set(built.snapshot);
    return [];
  }

  function finish(state: MeshState): readonly string[] {
    clearTimeout(timer);
    pending = undefined;
    told = state;
    const problems = show(state);
    meant.resolve();
    return problems;
  }

  return {
    snapshots,
    publish(state) {
      const checked = build(state);
      if (!checked.ok) return checked.problems;
      const first = announce(told, state);
      if (first === undefined) return finish(state);
      // What is announced already need not wait anew: a mesh that changes all the time is not held up for ever.
      if (pending === undefined) meant = Promise.withResolvers();
      const waits = pending !== undefined && first.clusters.every((cluster) => pending?.clusters.has(cluster));
      pending = { state, clusters: waits && pending !== undefined ? pending.clusters : new Set(first.clusters) };
      if (!waits) {
        clearTimeout(timer);
        timer = setTimeout(() => pending && finish(pending.state), announceMs);
      }
      return show(first.state);
    },
    settled: () => meant.promise,
    [Symbol.dispose]() {
      clearTimeout(timer);
      meant.resolve();
    },
  };
}
