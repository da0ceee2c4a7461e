import { decodeHistogram } from "../record/hdr.ts";
import { merged } from "../record/histogram.ts";
import { formatCount, formatRate, formatShare, formatUs } from "../report/format.ts";
import { observedWords } from "../report/observed.ts";
import type { Report, View, ViewName } from "../report/report.ts";
import { failedCalls } from "../report/status-names.ts";
import { heatMap, overTime, percentileCurve } from "./charts.ts";
import { escapeMarkup } from "./escape.ts";
import { distribution } from "./hgrm.ts";
import { list, madeBy, page, table } from "./page.ts";

/** The report as one page: no script, nothing loaded from anywhere. */
export function toHtml(report: Report): string {
  const { run, target, load, series } = report;
  const title = run.name === "" ? target.method : run.name;
  // The rest of a second at the end is too short for a rate.
  const whole = series.filter(({ lengthS }) => lengthS >= 0.5);
  const perSecond = (of: (row: (typeof series)[number]) => number) =>
    whole.map((row): [number, number] => [row.atS + row.lengthS / 2, of(row) / row.lengthS]);
  const curves = (["response", "service"] as const).map((view) => ({
    role: view === "response" ? "a" : "b",
    name: view,
    curve: distribution(merged(report.histograms.groups.map((group) => decodeHistogram(group[view])))),
  }));
  const rates = [
    ...(load.model === "open" ? [{ role: "c", name: "planned", points: perSecond(({ planned }) => planned) }] : []),
    { role: "a", name: "good", points: perSecond(({ ok }) => ok) },
    { role: "bad", name: "failed", points: perSecond(({ failed }) => failed) },
  ];
  return page(
    title,
    `<header>
<h1>${escapeMarkup(title)}</h1>
<p class="soft">${escapeMarkup(`${target.method} at ${target.uri}`)}<br>
${escapeMarkup(`${load.model} loop, ${load.plan}; engine ${target.engine}; ${run.startedAt}`)}</p>
${run.partial ? `<p class="bad">Partial: the run was ${run.endReason === "signal" ? "stopped by a signal" : "aborted"}.</p>` : ""}
</header>
${cards(report)}
${thresholds(report)}
<h2>Response times</h2>
${heatMap(series)}
${percentileCurve(curves)}
${latencies(report)}
<h2>Rate</h2>
${overTime("calls a second", series, rates)}
<h2>Endpoints</h2>
${endpoints(report)}
<h2>Status</h2>
${codes(report)}
<h2>Generator</h2>
${generator(report)}
${list("Notes", report.caveats)}
${madeBy(run.command)}
<p class="soft">${escapeMarkup(environmentOf(report))}</p>`,
  );
}

function thresholds({ thresholds: results }: Report): string {
  if (results.length === 0) return "";
  const items = results.map((result) => {
    const word = result.passed ? '<b class="good">passed</b>' : '<b class="bad">FAILED</b>';
    return `<li>${word}: ${escapeMarkup(`${result.expression} (${observedWords(result)})`)}</li>`;
  });
  return `<h2>Thresholds</h2><ul>${items.join("")}</ul>`;
}

function cards({ accounting, latency, rates, target, generator: { verdict } }: Report): string {
  const failed = latency.response.count - latency.responseOk.count;
  const figure = (percent: string) => {
    const us = latency.response.percentilesUs[percent];
    return us === null || us === undefined ? "n/a" : formatUs(us);
  };
  const card = (name: string, value: string, tone = "") =>
    `<div class="card"><span class="soft">${escapeMarkup(name)}</span><b class="${tone}">${escapeMarkup(value)}</b></div>`;
  return `<section class="cards">${[
    card("calls", formatCount(latency.response.count)),
    card("rate", formatRate(rates.finishedPerS)),
    card("failed", formatCount(failed), failed > 0 ? "bad" : "good"),
    ...[
      ["dropped", accounting.measured.dropped] as const,
      ["not started", accounting.measured.queued] as const,
      ["cut off", accounting.measured.cancelled] as const,
    ].flatMap(([name, count]) => (count > 0 ? [card(name, formatCount(count), "bad")] : [])),
    card("p50", figure("50")),
    card("p99", figure("99")),
    card("slowest", formatUs(latency.response.maxUs)),
    ...(rates.messagesSentPerS > 0 ? [card("messages sent", formatRate(rates.messagesSentPerS))] : []),
    ...(target.kind === "unary" ? [] : [card("messages received", formatRate(rates.messagesPerS))]),
    card("generator", verdict, verdict === "ok" ? "good" : "bad"),
  ].join("")}</section>`;
}

const views: readonly (readonly [ViewName, string])[] = [
  ["response", "response, from the planned start"],
  ["responseOk", "response of good calls"],
  ["service", "service, from the actual start"],
  ["lateness", "lateness, between the two"],
  ["firstMessage", "first message, from the actual start"],
  ["messageGap", "between the messages of an answer"],
  ["roundTrip", "round trip of a message, from its planned writing"],
  ["roundTripWritten", "round trip, from its actual writing"],
  ["messageLateness", "lateness of a message, between the two"],
  ["connect", "making a connection"],
];

function latencies({ latency }: Report): string {
  const percents = Object.keys(latency.response.percentilesUs);
  const rows = views
    .filter(([name]) => latency[name].count > 0)
    .map(([name, words]) => [words, ...figures(latency[name], percents)]);
  return table(["", "count", "min", "mean", ...percents.map((percent) => `p${percent}`), "max"], rows);
}

function figures({ count, minUs, meanUs, maxUs, percentilesUs }: View, percents: readonly string[]): string[] {
  const percentiles = percents.map((percent) => {
    const us = percentilesUs[percent];
    return us === null || us === undefined ? "n/a" : formatUs(us);
  });
  return [formatCount(count), formatUs(minUs), formatUs(meanUs), ...percentiles, formatUs(maxUs)];
}

function endpoints({ endpoints: rows, latency }: Report): string {
  const percents = Object.keys(latency.response.percentilesUs).filter(
    (percent) => percent === "50" || percent === "99",
  );
  return table(
    ["endpoint", "name", "calls", "share", "failed", ...percents.map((percent) => `p${percent}`), "first", "last"],
    rows.map(({ address, name, calls, share, codes: counts, response, firstS, lastS }) => [
      address === "" ? "(no server reached)" : address,
      name,
      formatCount(calls),
      formatShare(share),
      formatCount(failedCalls(counts)),
      ...percents.map((percent) => {
        const us = response.percentilesUs[percent];
        return us === null || us === undefined ? "n/a" : formatUs(us);
      }),
      `${firstS.toFixed(1)} s`,
      `${lastS.toFixed(1)} s`,
    ]),
  );
}

function codes({ codes: counts, latency, errors }: Report): string {
  const rows = Object.entries(counts).map(([code, count]) => [
    code,
    formatCount(count),
    formatShare(count / latency.response.count),
  ]);
  const samples = errors.map(
    ({ code, count, samples: [sample] }) =>
      `${formatCount(count)} × ${code}: ${sample?.message ?? ""}${(sample?.endpoint ?? "") === "" ? "" : ` (at ${sample?.endpoint})`}`,
  );
  return `${table(["status", "calls", "share"], rows)}${list("Errors, each kind by one sample", samples)}`;
}

function generator({ generator: { verdict, reasons, ...health } }: Report): string {
  const rows = [
    ["verdict", verdict],
    ["CPU, mean", `${formatShare(health.cpuMean)} of a core`],
    ["event loop, busiest second", formatShare(health.utilisationMax)],
    ["event loop, longest standstill", formatUs(health.loopDelayMaxMs * 1000)],
    ["garbage collection, in all", formatUs(health.gcTotalMs * 1000)],
    ["held back by the CPU limit", formatUs(health.throttledMs * 1000)],
    ["memory, at most", `${(health.rssMaxBytes / 1_048_576).toFixed(0)} MiB`],
  ];
  return `${table(["", ""], rows)}${list("", reasons)}`;
}

function environmentOf({ environment: { loadgen, node, os, cpuModel, cpus } }: Report): string {
  return `hey-loadgen ${loadgen}, Node ${node}, ${os}, ${cpus} × ${cpuModel}`;
}
