import { status } from "@grpc/grpc-js";
import { createLatest, type Latest, StatusError } from "@hey/rpc";
import type { Logger } from "@hey/runtime";
import type { MeshNow } from "../mesh/mesh.ts";
import type { MeshState } from "../resources/snapshot.ts";
import type { Store } from "../resources/store.ts";
import { type Change, changeOverrides, dropStrays } from "./change-overrides.ts";
import { meshStateOf } from "./mesh-state.ts";
import { applyOverrides, noOverrides, type Overrides, overrideLines } from "./overrides.ts";

/** What clients are told: mesh.yaml and what was discovered, under what operators changed. */
export interface Traffic {
  readonly overrides: Latest<Overrides>;
  /** Tells clients of a new state of the mesh. Returns what they would refuse of it; then they are told nothing. */
  publish(now: MeshNow): readonly string[];
  /**
   * Makes a change, and returns what is in force after it. Throws a StatusError, with nothing changed: NOT_FOUND for what is
   * not there, FAILED_PRECONDITION when calls would fail or clients would refuse it, UNAVAILABLE before the first mesh.
   */
  change(change: Change, peer: string): Overrides;
}

export interface TrafficOptions {
  readonly store: Store;
  readonly mesh: Latest<MeshNow | undefined>;
  readonly logger: Logger;
}

const codes = {
  "not found": status.NOT_FOUND,
  "calls would fail": status.FAILED_PRECONDITION,
  "too many": status.RESOURCE_EXHAUSTED,
} as const;

export function createTraffic({ store, mesh, logger }: TrafficOptions): Traffic {
  const overrides = createLatest<Overrides>(noOverrides);

  const tell = (state: MeshState, next: Overrides) => store.publish(applyOverrides(state, next));

  return {
    overrides,
    publish(now) {
      const kept = dropStrays(overrides.value, now);
      if (kept !== overrides.value) {
        logger.info({ event: "overrides-over", overrides: overrideLines(kept) }, "a service with overrides is gone");
        overrides.set(kept);
      }
      return tell(meshStateOf(now), kept);
    },
    change(change, peer) {
      const now = mesh.value;
      if (now === undefined) throw new StatusError(status.UNAVAILABLE, "no mesh.yaml is in force yet; try again");
      const state = meshStateOf(now);
      const changed = changeOverrides(overrides.value, change, state);
      if (!changed.ok) throw new StatusError(codes[changed.reason], changed.problem);
      const problems = tell(state, changed.overrides);
      if (problems.length > 0) {
        throw new StatusError(status.FAILED_PRECONDITION, `clients would refuse this: ${problems.join("; ")}`);
      }
      overrides.set(changed.overrides);
      logger.info({ event: "traffic-changed", change, peer }, `${change.kind} by command`);
      return changed.overrides;
    },
  };
}
