import { formatCount, formatRate, formatShare, formatUs } from "../report/format.ts";
import { deadlineWords, loadWords, stopWords, warmupWords } from "../report/headline.ts";
import { observedWords } from "../report/observed.ts";
import { rateRows } from "../report/rate-rows.ts";
import type { Report } from "../report/report.ts";
import { failedCalls } from "../report/status-names.ts";
import { verdictMeaning } from "../report/verdict-meaning.ts";
import { escapeMarkup } from "./escape.ts";
import { alarm, heading, list, madeBy, notes, page, section, table } from "./page.ts";
import { limitWords, rateCharts } from "./rates.ts";
import { callTimes, messageTimes } from "./times.ts";

/** The report as one page: no script, nothing loaded from anywhere. */
export function toHtml(report: Report): string {
  const { run, target, load, accounting } = report;
  const warmup = warmupWords(load.warmupMs, accounting.warmup.finished);
  const title = run.name === "" ? target.method : run.name;
  return page(
    title,
    `<header>
${heading(title)}
${notes([`${target.method} at ${target.uri}, ${deadlineWords(report)}`, `${loadWords(report)}; ${run.startedAt}`, warmup])}
${alarm(stopWords(report))}
</header>
${cards(report)}
${section("Thresholds", thresholds(report))}
${section("Response times", callTimes(report))}
${section("Messages", messageTimes(report))}
${section("Rate", rateCharts(report), table(["", "", "rate"], rateRows(report)), notes([limitWords(report)]))}
${section("Endpoints", endpoints(report), notes([connectWords(report)]))}
${section("Status", codes(report))}
${section("Errors, each kind by one sample", errors(report))}
${section("Generator", generator(report))}
${section("Notes", list(report.caveats))}
${madeBy(run.command, report.environment)}`,
  );
}

function thresholds({ thresholds: results }: Report): string {
  if (results.length === 0) return "";
  const items = results.map((result) => {
    const word = result.passed ? '<b class="good">passed</b>' : '<b class="bad">FAILED</b>';
    return `<li>${word}: ${escapeMarkup(`${result.expression} (${observedWords(result)})`)}</li>`;
  });
  return `<ul>${items.join("")}</ul>`;
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
    card("slowest", latency.response.count === 0 ? "n/a" : formatUs(latency.response.maxUs)),
    ...(rates.messagesSentPerS > 0 ? [card("messages sent", formatRate(rates.messagesSentPerS))] : []),
    ...(target.kind === "unary" ? [] : [card("messages received", formatRate(rates.messagesPerS))]),
    card("generator", verdict, verdict === "ok" ? "good" : "bad"),
  ].join("")}</section>`;
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

function connectWords({ latency: { connect } }: Report): string {
  const { count, minUs, meanUs, maxUs } = connect;
  if (count === 0) return "";
  return count === 1
    ? `1 connection was made, in ${formatUs(maxUs)}`
    : `${formatCount(count)} connections were made, in ${formatUs(minUs)} to ${formatUs(maxUs)}, ${formatUs(meanUs)} on average`;
}

function codes({ codes: counts, latency }: Report): string {
  const rows = Object.entries(counts).map(([code, count]) => [
    code,
    formatCount(count),
    formatShare(count / latency.response.count),
  ]);
  return table(["status", "calls", "share"], rows);
}

function errors({ errors: kinds }: Report): string {
  return list(
    kinds.map(({ code, count, samples: [sample] }) => {
      const where = sample === undefined || sample.endpoint === "" ? "" : ` (at ${sample.endpoint})`;
      return `${formatCount(count)} × ${code}: ${sample?.message ?? ""}${where}`;
    }),
  );
}

function generator({ generator: { verdict, reasons, ...health } }: Report): string {
  const rows = [
    ["CPU, mean", `${formatShare(health.cpuMean)} of a core`],
    ["event loop, busiest second", formatShare(health.utilisationMax)],
    ["event loop, longest standstill", formatUs(health.loopDelayMaxMs * 1000)],
    ["garbage collection, in all", formatUs(health.gcTotalMs * 1000)],
    ["held back by the CPU limit", formatUs(health.throttledMs * 1000)],
    ["memory, at most", `${(health.rssMaxBytes / 1_048_576).toFixed(0)} MiB`],
  ];
  const words = `<p>${escapeMarkup(`${verdict}: ${verdictMeaning[verdict]}`)}</p>`;
  return [words, list(reasons), table(["", ""], rows)].join("\n");
}
