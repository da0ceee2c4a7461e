import type { Latest } from "@hey/rpc";
import type { Registry } from "@hey/runtime";
import { Gauge } from "prom-client";
import type { MeshNow } from "./mesh.ts";

/** Shows in /metrics which services are called though all their health checks fail. Services are those of mesh.yaml. */
export function createMeshMetrics(registry: Registry, now: Latest<MeshNow | undefined>): void {
  new Gauge({
    name: "hey_mesh_panic",
    help: "1 while every endpoint of a service fails its health check and the last good ones are called.",
    labelNames: ["service"] as const,
    registers: [registry],
    collect() {
      this.reset();
      for (const [service, { panic }] of now.value?.tables ?? []) this.set({ service }, panic ? 1 : 0);
    },
  });
}
