import { formatDuration } from "@hey/runtime";
import { counted } from "./format.ts";
import type { Report } from "./report.ts";

/** Which calls were made and how. */
export function loadWords({ load, target: { engine, connections } }: Report): string {
  const links = engine === "wire" ? `, ${connections} connection${connections === 1 ? "" : "s"}` : "";
  return `${load.model} loop, ${load.plan}; engine ${engine}${links}`;
}

/** How long each call had. */
export function deadlineWords({ target: { timeoutMs } }: Report): string {
  return timeoutMs === 0 ? "no deadline" : `deadline ${formatDuration(timeoutMs)}`;
}

/** What was left out of the figures as a warm-up of so many calls; empty where nothing was. */
export function warmupWords(warmupMs: number, calls: number): string {
  const made = counted(calls, ["call", "calls"]);
  return warmupMs === 0 ? "" : `warm-up ${formatDuration(warmupMs)}: ${made}, not in the figures`;
}

/** How a run ended that did not go to its end; empty for others. */
export function stopWords({ run: { endReason } }: Report): string {
  switch (endReason) {
    case "signal":
      return "stopped by a signal: this is what there was until then";
    case "aborted":
      return "aborted: this is what there was until then";
    case "duration":
    case "total":
      return "";
  }
}
