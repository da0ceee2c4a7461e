import type { Registry } from "@hey/runtime";
import { Counter } from "prom-client";
import type { Change } from "./change-overrides.ts";

type Kind = Change["kind"] | "apply";

/** Counts what operators change by command, for /metrics. */
export interface ChangeMetrics {
  /** Makes a change, and counts whether it was made or refused. */
  count<T>(kind: Kind, make: () => Promise<T>): Promise<T>;
}

const kinds: readonly Kind[] = ["split", "fault", "drops", "weight", "pause", "reset", "apply"];

export function createChangeMetrics(registry: Registry): ChangeMetrics {
  const changes = new Counter({
    name: "hey_mesh_changes_total",
    help: "Changes by command, made or refused.",
    labelNames: ["kind", "outcome"] as const,
    registers: [registry],
  });
  for (const kind of kinds) for (const outcome of ["made", "refused"] as const) changes.inc({ kind, outcome }, 0);
  return {
    async count(kind, make) {
      let outcome: "made" | "refused" = "refused";
      try {
        const made = await make();
        outcome = "made";
        return made;
      } finally {
        changes.inc({ kind, outcome });
      }
    },
  };
}
