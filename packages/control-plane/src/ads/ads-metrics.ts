import type { Registry } from "@hey/runtime";
import { Counter, Gauge } from "prom-client";
import type { AdsObserver } from "./ads.ts";

/** Counts what happens on ADS streams, for /metrics. */
export function createAdsMetrics(registry: Registry): AdsObserver {
  const registers = [registry];
  const labelNames = ["type"] as const;
  const clients = new Gauge({ name: "hey_ads_clients", help: "xDS clients connected.", registers });
  const pushes = new Counter({ name: "hey_ads_pushes_total", help: "Responses sent.", labelNames, registers });
  const acks = new Counter({ name: "hey_ads_acks_total", help: "Responses accepted.", labelNames, registers });
  const nacks = new Counter({ name: "hey_ads_nacks_total", help: "Responses refused.", labelNames, registers });
  for (const type of ["CDS", "EDS", "LDS", "RDS"]) for (const each of [pushes, acks, nacks]) each.inc({ type }, 0);
  return {
    opened: () => clients.inc(),
    closed: () => clients.dec(),
    pushed: (_client, { type }) => pushes.inc({ type }),
    received(_client, receipt) {
      if (receipt.kind === "acked") acks.inc({ type: receipt.type });
      if (receipt.kind === "nacked") nacks.inc({ type: receipt.type });
    },
  };
}
