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

/** A line for each second of the measured phase, with a head. The last column is the verdict on the generator in the whole run. */
export function toCsv({ series, generator: { verdict } }: Report): string {
  const lines = series.map((row) => [...columns.map((column) => row[column]), verdict].join(","));
  return `${[[...columns, "generator"].join(","), ...lines].join("\n")}\n`;
}
