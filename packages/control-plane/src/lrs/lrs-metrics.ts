import type { Registry } from "@hey/runtime";
import { Counter, Gauge } from "prom-client";
import type { Counted } from "./call-counts.ts";
import type { Reporter } from "./lrs.ts";

export interface LrsMetricsOptions {
  readonly registry: Registry;
  readonly reporters: () => readonly Reporter[];
  /** Whether there is a cluster of this name now. */
  readonly isCluster: (name: string) => boolean;
}

/** So many zones of a cluster have a series of their own. */
const mostZones = 20;
const other = "other";

/**
 * Adds up what all clients report, for /metrics: by cluster and zone, never by client or endpoint, which come and go. A
 * cluster that was not there when it was reported, and zones of a cluster beyond twenty, are "other": the names come from the
 * clients, and must not make as many series as these like.
 */
export function createLrsMetrics({ registry, reporters, isCluster }: LrsMetricsOptions) {
  const registers = [registry];
  const zones = new Map<string, Set<string>>();
  const labelNames = ["cluster", "zone"] as const;
  const calls = new Counter({
    name: "hey_lrs_calls_total",
    help: "Calls that clients reported as ended, by result: ok or error.",
    labelNames: [...labelNames, "result"],
    registers,
  });
  const dropped = new Counter({
    name: "hey_lrs_dropped_total",
    help: "Calls that clients reported as dropped before they were sent.",
    labelNames: ["cluster"],
    registers,
  });

  function labelsOf(name: string, zone: string) {
    const cluster = clusterOf(name);
    const known = zones.get(cluster) ?? new Set<string>();
    zones.set(cluster, known);
    if (cluster !== other && known.size < mostZones) known.add(zone);
    return { cluster, zone: known.has(zone) ? zone : other };
  }
  const clusterOf = (name: string) => (zones.has(name) || isCluster(name) ? name : other);

  new Gauge({
    name: "hey_lrs_clients",
    help: "Clients that report their calls.",
    registers,
    collect() {
      this.set(reporters().length);
    },
  });
  new Gauge({
    name: "hey_lrs_calls_in_flight",
    help: "Calls under way, by the newest reports of the clients connected now.",
    labelNames,
    registers,
    collect() {
      this.reset();
      for (const { counts } of reporters())
        for (const { cluster, localities } of counts)
          for (const { zone, inFlight } of localities) this.inc(labelsOf(cluster, zone), inFlight);
    },
  });

  return {
    counted(all: readonly Counted[]): void {
      for (const each of all) {
        if ("dropped" in each) dropped.inc({ cluster: clusterOf(each.cluster) }, each.dropped);
        else {
          const labels = labelsOf(each.cluster, each.zone);
          calls.inc({ ...labels, result: "ok" }, each.succeeded);
          calls.inc({ ...labels, result: "error" }, each.failed);
        }
      }
    },
  };
}
