import { printable } from "@hey/runtime";
import { decodeHistogram } from "../record/hdr.ts";
import { countUpTo, merged } from "../record/histogram.ts";
import { fold } from "./fold.ts";
import { formatCount, formatShare, formatUs } from "./format.ts";
import { loadWords, stopWords, warmupWords } from "./headline.ts";
import { observedWords } from "./observed.ts";
import { rateRows } from "./rate-rows.ts";
import type { Report, View, ViewName } from "./report.ts";
import { isShown, roundTripWords, scarceWords } from "./shown-times.ts";
import { failedCalls } from "./status-names.ts";
import { table } from "./table.ts";
import { verdictMeaning } from "./verdict-meaning.ts";

/** A report as text for a terminal of so many columns, without colours. */
export function printReport(report: Report, columns = Number.POSITIVE_INFINITY): string {
  const prose = (of: (report: Report) => string) => fold(of(report), columns);
  const blocks = [
    prose(heading),
    rates(report),
    latencies(report, columns),
    bars(report),
    endpoints(report, columns),
    codes(report),
    prose(errors),
    prose(thresholds),
    prose(generator),
    prose(caveats),
  ];
  return `${blocks.filter((block) => block !== "").join("\n\n")}\n`;
}

function heading(report: Report): string {
  const { run, target, load, latency, accounting } = report;
  const lines = [
    loadWords(report),
    warmupWords(load.warmupMs, accounting.warmup.finished),
    latency.response.count === 0 ? "no call has ended" : "",
    stopWords(report),
  ];
  return [
    `${run.name === "" ? "" : `${run.name}: `}${target.method} at ${target.uri}`,
    ...lines.filter((line) => line !== "").map((line) => `  ${line}`),
  ].join("\n");
}

function rates(report: Report): string {
  return table(["", "", "rate"], rateRows(report), { aligned: ["left", "left", "right"] });
}

const viewNames: readonly (readonly [ViewName, string])[] = [
  ["response", "response"],
  ["responseOk", "… of good calls"],
  ["service", "service"],
  ["lateness", "lateness"],
  ["firstMessage", "first message"],
  ["messageGap", "message gap"],
  ["roundTrip", "round trip"],
  ["roundTripWritten", "… from the writing"],
  ["messageLateness", "message lateness"],
];

function latencies(report: Report, columns: number): string {
  const { latency } = report;
  if (latency.response.count === 0) return "";
  const percents = Object.keys(latency.response.percentilesUs);
  const shown = viewNames.filter(([name]) => isShown(name, report));
  const time = (us: number | null) => (us === null ? "n/a" : formatUs(us));
  const rows = shown.map(([name, words]) => {
    const { minUs, meanUs, maxUs, percentilesUs } = latency[name];
    return [
      words,
      time(minUs),
      time(meanUs),
      ...percents.map((percent) => time(percentilesUs[percent] ?? null)),
      time(maxUs),
    ];
  });
  const head = ["", "min", "mean", ...percents.map((percent) => `p${percent}`), "max"];
  const notes = [
    "response: from the planned start; service: from the actual start; lateness: between the two",
    roundTripWords(report),
    scarceWords(latency.response),
  ].filter((note) => note !== "");
  return [table(head, rows, { columns, spare: ["min", "mean"] }), fold(notes.join("\n"), columns)].join("\n");
}

const barCount = 10;

/** The response times of all calls in stretches that grow by the same factor. */
function bars({ histograms }: Report): string {
  const all = merged(histograms.groups.map(({ response }) => decodeHistogram(response)));
  if (all.count < 2 || all.maxUs < 2 * Math.max(1, all.minUs)) return "";
  const low = Math.max(1, all.minUs);
  const factor = (all.maxUs / low) ** (1 / barCount);
  const limits = Array.from({ length: barCount }, (_, index) => low * factor ** (index + 1));
  let below = 0;
  const counts = limits.map((limit, index) => {
    const upTo = index === barCount - 1 ? all.count : countUpTo(all, Math.floor(limit));
    const count = upTo - below;
    below = upTo;
    return count;
  });
  const most = Math.max(...counts);
  const lines = counts.map((count, index) => {
    const limit = `≤ ${formatUs(index === barCount - 1 ? all.maxUs : (limits[index] ?? 0))}`;
    return `${limit.padStart(12)} ${formatCount(count).padStart(12)} ${"▇".repeat(Math.ceil((count / most) * 40))}`.trimEnd();
  });
  return ["response times of all calls", ...lines].join("\n");
}

function endpoints({ endpoints: rows }: Report, columns: number): string {
  if (rows.length === 0) return "";
  const time = (view: View, percent: string) => {
    const us = view.percentilesUs[percent];
    return us === null || us === undefined ? "n/a" : formatUs(us);
  };
  return table(
    ["endpoint", "name", "calls", "share", "failed", "p50", "p99", "first", "last"],
    rows.map(({ address, name, calls, share, codes, response, firstS, lastS }) => [
      address === "" ? "(no server reached)" : address,
      name,
      formatCount(calls),
      formatShare(share),
      formatCount(failedCalls(codes)),
      time(response, "50"),
      time(response, "99"),
      `${firstS.toFixed(1)} s`,
      `${lastS.toFixed(1)} s`,
    ]),
    { aligned: ["left", "left"], columns },
  );
}

function codes({ codes: counts, latency }: Report): string {
  const rows = Object.entries(counts).map(([code, count]) => [
    code,
    formatCount(count),
    formatShare(count / latency.response.count),
  ]);
  return rows.length === 0 ? "" : table(["status", "calls", "share"], rows);
}

function errors({ errors: kinds }: Report): string {
  if (kinds.length === 0) return "";
  const lines = kinds.slice(0, 10).flatMap(({ code, count, samples: [sample] }) => {
    const where = sample === undefined || sample.endpoint === "" ? "" : ` (${sample.endpoint})`;
    return [`  ${formatCount(count)} × ${code}: ${printable(sample?.message ?? "")}${where}`];
  });
  if (kinds.length > 10) lines.push(`  and ${kinds.length - 10} more kinds, which the JSON report has`);
  return ["errors, each kind by one sample", ...lines].join("\n");
}

function thresholds({ thresholds: results }: Report): string {
  if (results.length === 0) return "";
  const lines = results.map(
    (result) => `  ${result.passed ? "passed" : "FAILED"}  ${result.expression}  (${observedWords(result)})`,
  );
  return ["thresholds", ...lines].join("\n");
}

function generator({ generator: { verdict, reasons, cpuMean } }: Report): string {
  const head = `generator: ${verdict}, ${formatShare(cpuMean)} of a core (${verdictMeaning[verdict]})`;
  return [head, ...reasons.map((reason) => `  ${reason}`)].join("\n");
}

function caveats({ caveats: texts }: Report): string {
  return texts.length === 0 ? "" : ["note", ...texts.map((text) => `  ${text}`)].join("\n");
}
