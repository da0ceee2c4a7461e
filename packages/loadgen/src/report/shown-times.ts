import { neededFor } from "../record/histogram.ts";
import { formatCount } from "./format.ts";
import type { Report, View, ViewName } from "./report.ts";
import { failedCalls } from "./status-names.ts";

/** Whether times of a kind say more of this run than those that are shown anyway. */
export function isShown(name: ViewName, { latency, codes, load }: Report): boolean {
  if (latency[name].count === 0) return false;
  switch (name) {
    case "responseOk":
      return failedCalls(codes) > 0;
    case "lateness":
      return load.model === "open";
    case "roundTripWritten":
      return latency.messageLateness.count > 0;
    case "firstMessage":
      return latency.messageGap.count > 0;
    default:
      return true;
  }
}

/** What a round trip is in this run; empty where there is none. */
export function roundTripWords({ latency, target: { match } }: Report): string {
  if (latency.roundTrip.count === 0) return "";
  const matched = match === "fifo" ? "order" : match.replace(/^field:/, "the field ");
  return latency.messageLateness.count > 0
    ? `round trip: from a message's planned writing to its answer (matched by ${matched})`
    : `round trip: from the writing of a message to its answer (matched by ${matched})`;
}

/** What percentiles without a figure would need; empty where each has one. */
export function scarceWords({ percentilesUs }: View, what: "calls" | "messages" = "calls"): string {
  const scarce = Object.keys(percentilesUs).filter((percent) => percentilesUs[percent] === null);
  if (scarce.length === 0) return "";
  const needs = scarce.map((percent) => `p${percent} ${formatCount(neededFor(Number(percent)))}`);
  return `n/a: too few ${what} to say; needed are: ${needs.join(", ")}`;
}
