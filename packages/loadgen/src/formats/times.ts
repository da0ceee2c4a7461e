import { decodeHistogram } from "../record/hdr.ts";
import { type Histogram, merged } from "../record/histogram.ts";
import { formatCount, formatUs } from "../report/format.ts";
import type { Report, View, ViewName } from "../report/report.ts";
import { isShown, roundTripWords, scarceWords } from "../report/shown-times.ts";
import { heatMap, percentileCurve } from "./charts.ts";
import { distribution } from "./hgrm.ts";
import { notes, table } from "./page.ts";

type Named = readonly (readonly [ViewName, string])[];

const ofCalls: Named = [
  ["response", "response, from the planned start"],
  ["responseOk", "response of good calls"],
  ["service", "service, from the actual start"],
  ["lateness", "lateness, between the two"],
];

const ofMessages: Named = [
  ["firstMessage", "first message, from the actual start"],
  ["messageGap", "between the messages of an answer"],
  ["roundTrip", "round trip of a message"],
  ["roundTripWritten", "round trip, from its actual writing"],
  ["messageLateness", "lateness of a message, between the two"],
];

/** The times of calls: over time, by percentile and in figures. */
export function callTimes(report: Report): string {
  const { series, histograms, latency } = report;
  if (latency.response.count === 0) return notes(["no call has ended"]);
  const of = (view: "response" | "service") => merged(histograms.groups.map((group) => decodeHistogram(group[view])));
  const lines = [line("a", "response", of("response"))];
  // Where no call is late by plan the two are one line.
  if (isShown("lateness", report)) lines.push(line("b", "service", of("service")));
  return [
    heatMap(series),
    percentileCurve("response times", lines),
    times(ofCalls, report),
    notes([scarceWords(latency.response)]),
  ].join("\n");
}

/** The times of the messages of streams; nothing where there are none. */
export function messageTimes(report: Report): string {
  const views = ofMessages.filter(([name]) => isShown(name, report)).map(([name]) => report.latency[name]);
  const [first] = views;
  if (first === undefined) return "";
  const scarcest = views.reduce((least, view) => (view.count < least.count ? view : least), first);
  return [
    ...messageCurves(report),
    times(ofMessages, report),
    notes([roundTripWords(report), scarceWords(scarcest, "messages")]),
  ].join("\n");
}

function messageCurves(report: Report): string[] {
  const lateWriting = isShown("roundTripWritten", report);
  const charts = [
    [
      "round trips",
      ["a", "roundTrip", lateWriting ? "from the planned writing" : "from the writing"],
      ["b", "roundTripWritten", "from the actual writing"],
    ],
    ["waits for messages", ["a", "firstMessage", "for the first"], ["b", "messageGap", "between two"]],
  ] as const;
  return charts.flatMap(([of, ...curves]) => {
    const lines = curves
      .filter(([, view]) => isShown(view, report))
      .map(([role, view, name]) => line(role, name, decodeHistogram(report.histograms[view])));
    return lines.length === 0 ? [] : [percentileCurve(of, lines)];
  });
}

function line(role: string, name: string, histogram: Histogram) {
  return { role, name, curve: distribution(histogram) };
}

function times(named: Named, report: Report): string {
  const percents = Object.keys(report.latency.response.percentilesUs);
  const rows = named
    .filter(([name]) => isShown(name, report))
    .map(([name, words]) => [words, ...figures(report.latency[name], percents)]);
  return table(["", "count", "min", "mean", ...percents.map((percent) => `p${percent}`), "max"], rows);
}

function figures({ count, minUs, meanUs, maxUs, percentilesUs }: View, percents: readonly string[]): string[] {
  const percentiles = percents.map((percent) => {
    const us = percentilesUs[percent];
    return us === null || us === undefined ? "n/a" : formatUs(us);
  });
  return [formatCount(count), formatUs(minUs), formatUs(meanUs), ...percentiles, formatUs(maxUs)];
}
