import { formatDuration } from "@hey/runtime";
import { type Line, overRate } from "../formats/charts.ts";
import { escapeMarkup } from "../formats/escape.ts";
import { heading, madeBy, table as markupTable, notes, page } from "../formats/page.ts";
import { formatRate, formatUs } from "../report/format.ts";
import type { Formats } from "../report/outputs.ts";
import { table } from "../report/table.ts";
import type { FindMaxReport } from "./find-max-report.ts";
import type { Step } from "./judge-step.ts";

/** A step in one line, for whoever watches. */
export function stepLine(step: Step): string {
  const [, reached = "", p50 = "", p99 = "", failed = "", generator = "", result = ""] = cells(step);
  return `${formatRate(step.askedPerS).padStart(9)}  reached ${reached}  p50 ${p50}  p99 ${p99}  failed ${failed}  generator ${generator}: ${result}${why(step)}`;
}

/** The search as text for a terminal: the curve, by rate, and what it came to. */
export function printSearch(report: FindMaxReport): string {
  const { target, search } = report;
  const at = target === null ? "" : `${target.method} at ${target.uri}: `;
  const blocks = [
    `${at}the highest rate with ${search.slo.join(" and ")}`,
    table(
      head,
      byRate(report).map((step) => [...cells(step).slice(0, -1), `${step.result}${why(step)}`]),
      {
        aligned: ["right", ...head.slice(1, -1).map(() => "right" as const), "left"],
      },
    ),
    conclusion(report),
  ];
  return `${blocks.join("\n\n")}\n`;
}

/** The forms that a search can be written in. */
export const searchFormats: Formats<FindMaxReport> = {
  text: printSearch,
  json: (report) => `${JSON.stringify(report)}\n`,
  html: searchToHtml,
  csv: searchToCsv,
};

const head = ["asked", "reached", "p50", "p99", "failed", "generator", "result"];

function cells({ askedPerS, reachedPerS, p50Us, p99Us, errors, generator, result }: Step): string[] {
  const time = (us: number | null) => (us === null ? "n/a" : formatUs(us));
  const failed = `${(errors * 100).toFixed(2)} %`;
  return [formatRate(askedPerS), formatRate(reachedPerS), time(p50Us), time(p99Us), failed, generator, result];
}

function why({ reasons }: Step): string {
  return reasons.length > 0 ? ` (${reasons.join("; ")})` : "";
}

function byRate({ steps }: FindMaxReport): readonly Step[] {
  return [...steps].sort((a, b) => a.askedPerS - b.askedPerS);
}

function conclusion({ outcome, search }: FindMaxReport): string {
  switch (outcome.kind) {
    case "found":
      return `${formatRate(outcome.perSecond)}: met twice; ${formatRate(outcome.missedPerSecond)} misses`;
    case "top":
      return `${formatRate(outcome.perSecond)} or more: the highest rate that was to be tried (--to) met twice`;
    case "generator": {
      const known = outcome.perSecond === undefined ? "" : `; ${formatRate(outcome.perSecond)} met`;
      return `the generator, not the server, is the limit at ${formatRate(outcome.saturatedPerSecond)}${known}`;
    }
    case "none":
      return `none: not even ${formatRate(outcome.missedPerSecond)} met; try a lower --from, or a longer -z than ${search.stepMs} ms`;
    case "unsteady":
      return "undecided: the same rates met and missed by turns; try a longer -z";
    case "stopped":
      return `stopped by a signal; the highest rate that had met: ${outcome.perSecond === undefined ? "none" : formatRate(outcome.perSecond)}`;
  }
}

/** The times at each rate; of a rate that was tried more than once, the worst. */
function curves(report: FindMaxReport): readonly Line[] {
  const line = (role: string, name: string, of: (step: Step) => number | null): Line => {
    const worst = new Map<number, number>();
    for (const step of byRate(report)) {
      const us = of(step);
      if (us !== null) worst.set(step.askedPerS, Math.max(1, us, worst.get(step.askedPerS) ?? 0));
    }
    return { role, name, points: [...worst] };
  };
  return [line("a", "p50", ({ p50Us }) => p50Us), line("b", "p99", ({ p99Us }) => p99Us)];
}

/** A line for each step in the order in which they were made, with a head. */
function searchToCsv({ steps }: FindMaxReport): string {
  const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
  const lines = steps.map(({ purpose, askedPerS, reachedPerS, p50Us, p99Us, errors, generator, result, reasons }) =>
    [purpose, askedPerS, reachedPerS, p50Us, p99Us, errors, generator, result, quoted(reasons.join("; "))].join(","),
  );
  return `${["purpose,askedPerS,reachedPerS,p50Us,p99Us,errors,generator,result,reasons", ...lines].join("\n")}\n`;
}

function stepsWords({ search: { stepMs, warmupMs } }: FindMaxReport): string {
  const warmup = warmupMs === 0 ? "" : `, each after a warm-up of ${formatDuration(warmupMs)}`;
  return `steps of ${formatDuration(stepMs)}${warmup}`;
}

/** The search as a page. */
export function searchToHtml(report: FindMaxReport): string {
  const { run, target, search } = report;
  const title =
    run.name !== "" ? run.name : target === null ? "The highest rate" : `${target.method}: the highest rate`;
  const at = target === null ? "" : `${target.uri}; `;
  const rows = byRate(report).map((step) => [...cells(step), step.reasons.join("; ")]);
  return page(
    title,
    `<header>
${heading(title)}
${notes([`${at}with ${search.slo.join(" and ")}`, stepsWords(report), run.startedAt])}
</header>
<p><b>${escapeMarkup(conclusion(report))}</b></p>
${overRate("response times by the rate asked", curves(report))}
${markupTable([...head, "why"], rows)}
${madeBy(run.command, report.environment)}`,
  );
}
