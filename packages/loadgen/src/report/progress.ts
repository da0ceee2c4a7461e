import { formatDuration } from "@hey/runtime";
import { createLogUpdate } from "log-update";
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
}

/** A line that says how a run is going: what is asked and reached, the times now, failures, calls in flight. */
export function progressLine({ phase, elapsedMs, askedPerSecond, row, failedInAll }: Moment): string {
  const { lengthS, ok, failed, p50Us, p99Us, inFlight, queued } = row;
  const time = formatDuration(Math.round(elapsedMs / 1000) * 1000).padStart(6);
  const reached = formatRate(lengthS > 0 ? (ok + failed) / lengthS : 0);
  const parts = [`${time}  ${phase === "measuring" ? "" : `${phase}  `}${reached}`];
  if (askedPerSecond !== undefined && phase === "measuring") parts.push(`of ${formatRate(askedPerSecond)} planned`);
  if (ok + failed > 0) parts.push(`p50 ${formatUs(p50Us)}`, `p99 ${formatUs(p99Us)}`);
  parts.push(`${formatCount(inFlight)} in flight`);
  if (queued > 0) parts.push(`${formatCount(queued)} waiting`);
  parts.push(`${formatCount(failedInAll)} failed`);
  return parts.join("  ");
}

/** The same as a picture of so many columns: a bar, and the line below it. */
export function progressPicture(moment: Moment, columns: number): string {
  const line = progressLine(moment);
  if (moment.done === undefined) return line;
  const width = Math.max(10, Math.min(60, columns - 10));
  const full = Math.round(Math.min(1, moment.done) * width);
  const percent = `${Math.floor(Math.min(1, moment.done) * 100)} %`.padStart(6);
  return `${"█".repeat(full)}${"░".repeat(width - full)}${percent}\n${line}`;
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
