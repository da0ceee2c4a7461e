import { formatDuration } from "@hey/runtime";
import { formatCount } from "./format.ts";
import type { Report } from "./report.ts";

/** Which calls were made and how. */
export function loadWords({ load, target: { engine, connections } }: Report): string {
  const links = engine === "wire" ? `, ${connections} connection${connections === 1 ? "" : "s"}` : "";
  return `${load.model} loop, ${load.plan}; engine ${engine}${links}`;
}

/** What was left out as a warm-up; empty where nothing was. */
export function warmupWords({ load: { warmupMs }, accounting: { warmup } }: Report): string {
  if (warmupMs === 0) return "";
  return `warm-up ${formatDuration(warmupMs)}: ${formatCount(warmup.finished)} calls, not in the figures`;
}
