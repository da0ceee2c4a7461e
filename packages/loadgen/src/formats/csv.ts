import type { Report } from "../report/report.ts";

const columns = [
  "atS",
  "lengthS",
  "planned",
  "started",
  "ok",
  "failed",
  "inFlight",
  "queued",
  "p50Us",
  "p99Us",
  "maxUs",
] as const;

/** A line for each second of the measured phase, with a head. */
export function toCsv({ series }: Report): string {
  const lines = series.map((row) => columns.map((column) => row[column]).join(","));
  return `${[columns.join(","), ...lines].join("\n")}\n`;
}
