import { formatCount } from "../report/format.ts";
import type { Report } from "../report/report.ts";
import { type Line, overTime } from "./charts.ts";

/** Calls over time: how many began and ended, and in an open loop how many were under way. */
export function rateCharts(report: Report): string {
  const { series, load } = report;
  const open = load.model === "open";
  // The rest of a second at the end is too short for a rate.
  const whole = series.filter(({ lengthS }) => lengthS >= 0.5);
  const perSecond = (of: (row: (typeof series)[number]) => number) =>
    whole.map((row): [number, number] => [row.atS + row.lengthS / 2, of(row) / row.lengthS]);
  const rates: Line[] = [
    ...(open ? [{ role: "c", name: "planned", points: perSecond(({ planned }) => planned) }] : []),
    { role: "a", name: "good", points: perSecond(({ ok }) => ok) },
    { role: "bad", name: "failed", points: perSecond(({ failed }) => failed) },
  ];
  return overTime("calls a second", "rates", series, rates) + (open && series.length > 0 ? inFlight(report) : "");
}

function inFlight({ series }: Report): string {
  const atEnd = (of: (row: (typeof series)[number]) => number) =>
    series.map((row): [number, number] => [row.atS + row.lengthS, of(row)]);
  const waited = series.some(({ queued }) => queued > 0);
  const lines: Line[] = [
    { role: "a", name: "in flight", points: atEnd((row) => row.inFlight) },
    ...(waited ? [{ role: "b", name: "waiting to be started", points: atEnd(({ queued }) => queued) }] : []),
  ];
  return overTime("calls in flight", "counts", series, lines);
}

/** What kept planned calls from being started; empty where nothing did. */
export function limitWords({ series, load: { maxInFlight, whenFull }, accounting: { measured } }: Report): string {
  const waited = measured.queued > 0 || series.some(({ queued }) => queued > 0);
  if (!waited && measured.dropped === 0) return "";
  const beyond = whenFull === "drop" ? "were dropped" : "waited";
  return `at most ${formatCount(maxInFlight)} calls were to be in flight; planned ones beyond that ${beyond}`;
}
