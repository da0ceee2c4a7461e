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

/** A line for each second of the measured phase, with a head. The last columns are of the whole run: the verdict on the generator, and whether it was stopped early. */
export function toCsv({ series, run: { partial }, generator: { verdict } }: Report): string {
  const lines = series.map((row) => [...columns.map((column) => row[column]), verdict, partial].join(","));
  return `${[[...columns, "generator", "partial"].join(","), ...lines].join("\n")}\n`;
}
