import { formatDuration } from "@hey/runtime";
import { createLogUpdate } from "log-update";
import type { GeneratorHealth } from "../judge/verdict.ts";
import type { SeriesRow } from "../record/series.ts";
import { formatCount, formatRate, formatUs } from "./format.ts";

/** Where a run is. */
export interface Moment {
  readonly phase: "warm-up" | "measuring" | "drain";
  /** From the start of the phase. */
  readonly elapsedMs: number;
  /** How much of the plan is done, 0 to 1; undefined when nobody knows. */
  readonly done: number | undefined;
  /** What the plan asks for; undefined in a closed loop. */
  readonly askedPerSecond: number | undefined;
  readonly row: SeriesRow;
  readonly failedInAll: number;
  /** How the generator has fared so far; undefined before the measured phase. */
  readonly health: GeneratorHealth | undefined;
}

/** A line that says how a run is going: what is asked and reached, the times now, failures, calls in flight, the verdict. */
export function progressLine(moment: Moment): string {
  return partsOf(moment).join(between);
}

/** The same as a picture of so many columns: a bar, and below it as many lines as the words take. */
export function progressPicture(moment: Moment, columns: number): string {
  const lines = flow(partsOf(moment), columns);
  if (moment.done === undefined) return lines.join("\n");
  const width = Math.max(10, Math.min(60, columns - 10));
  const full = Math.round(Math.min(1, moment.done) * width);
  const percent = `${Math.floor(Math.min(1, moment.done) * 100)} %`.padStart(6);
  return [`${"█".repeat(full)}${"░".repeat(width - full)}${percent}`, ...lines].join("\n");
}

const between = "  ";

function partsOf({ phase, elapsedMs, askedPerSecond, row, failedInAll, health }: Moment): string[] {
  const { lengthS, ok, failed, p50Us, p99Us, inFlight, queued } = row;
  const time = formatDuration(Math.round(elapsedMs / 1000) * 1000).padStart(6);
  const reached = formatRate(lengthS > 0 ? (ok + failed) / lengthS : 0);
  const parts = [`${time}  ${phase === "measuring" ? "" : `${phase}  `}${reached}`];
  if (askedPerSecond !== undefined && phase === "measuring") parts.push(`of ${formatRate(askedPerSecond)} planned`);
  if (ok + failed > 0 && phase !== "warm-up") parts.push(`p50 ${formatUs(p50Us)}`, `p99 ${formatUs(p99Us)}`);
  parts.push(`${formatCount(inFlight)} in flight`);
  if (queued > 0) parts.push(`${formatCount(queued)} waiting`);
  parts.push(`${formatCount(failedInAll)} failed`);
  if (health !== undefined)
    parts.push(`generator ${health.verdict}${health.verdict === "ok" ? "" : `: ${health.reasons[0]}`}`);
  return parts;
}

/** Parts side by side in lines of so many columns, none of them cut in two; one that is longer than a line loses its end. */
function flow(parts: readonly string[], columns: number): string[] {
  const lines: string[] = [];
  for (const part of parts) {
    const line = lines.at(-1);
    if (line !== undefined && line.length + between.length + part.length <= columns)
      lines[lines.length - 1] = line + between + part;
    else lines.push(lines.length === 0 ? part : `${" ".repeat(8)}${part}`);
  }
  return lines.map((line) => (line.length > columns ? `${line.slice(0, columns - 1)}…` : line));
}

export interface Progress {
  show(moment: Moment): void;
  /** Takes the picture away. */
  stop(): void;
}

/** A picture on a terminal, a line each time elsewhere. */
export function createProgress(stderr: NodeJS.WritableStream & { isTTY?: boolean; columns?: number }): Progress {
  if (stderr.isTTY !== true) {
    return { show: (moment) => stderr.write(`${progressLine(moment)}\n`), stop() {} };
  }
  const update = createLogUpdate(stderr as NodeJS.WriteStream);
  return {
    show: (moment) => update(progressPicture(moment, stderr.columns ?? 80)),
    stop() {
      update.clear();
      update.done(); // Gives the cursor back.
    },
  };
}
