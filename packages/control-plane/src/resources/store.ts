import { createLatest, type Latest } from "@hey/rpc";
import { createSnapshotBuilder, type MeshState, type Snapshot } from "./snapshot.ts";

/** The snapshot that clients are told of. */
export interface Store {
  /** Undefined until the first one. */
  readonly snapshots: Latest<Snapshot | undefined>;
  /**
   * Makes the state the newest. Returns what clients would refuse of it, a line each; then the snapshot before stays, for
   * an invalid one must not leave the process.
   */
  publish(state: MeshState): readonly string[];
}

export function createStore(): Store {
  const build = createSnapshotBuilder();
  const snapshots = createLatest<Snapshot | undefined>(undefined);
  return {
    snapshots,
    publish(state) {
      const built = build(state);
      if (!built.ok) return built.problems;
      if (built.snapshot.version !== snapshots.value?.version) snapshots.set(built.snapshot);
      return [];
    },
  };
}
