import { percentileCurve } from "../formats/charts.ts";
import { escapeMarkup } from "../formats/escape.ts";
import { distribution } from "../formats/hgrm.ts";
import { alarm, heading, list, madeBy, table as markupTable, notes, page, section } from "../formats/page.ts";
import { decodeHistogram } from "../record/hdr.ts";
import { merged } from "../record/histogram.ts";
import { formatCount, formatRate, formatShare, formatUs } from "../report/format.ts";
import { stopWords, warmupWords } from "../report/headline.ts";
import type { Formats } from "../report/outputs.ts";
import type { Report } from "../report/report.ts";
import { table } from "../report/table.ts";
import { verdictMeaning } from "../report/verdict-meaning.ts";
import type { AbReport } from "./ab-report.ts";
import type { SideBySide } from "./judge-sides.ts";

/** The comparison as text for a terminal. */
export function printSides(report: AbReport): string {
  const { a, b, comparison } = report;
  const { figures, caveats, labels } = comparison;
  const stopped = stopWords(a);
  const blocks = [
    [
      `${a.target.method}, ${a.load.model} loop, ${a.load.plan}`,
      `  A  ${labels.a}`,
      `  B  ${labels.b}`,
      ...(stopped === "" ? [] : [`  ${stopped}`]),
    ].join("\n"),
    [table(head, figures.map(cells)), basis(report), ...reasons(figures)].join("\n"),
    conclusion(figures),
    [generator(a), ...remarks("A", a), ...remarks("B", b), ...caveats.map((text) => `  ${text}`)].join("\n"),
  ];
  return `${blocks.join("\n\n")}\n`;
}

/** The forms that a comparison can be written in. */
export const sidesFormats: Formats<AbReport> = {
  text: printSides,
  json: (report) => `${JSON.stringify(report)}\n`,
  html: sidesToHtml,
  csv: sidesToCsv,
};

const head = ["", "A", "B", "B − A", "95 % interval", "B / A", "95 % interval", "B is"];
const names = {
  mean: "mean",
  p50: "p50",
  p90: "p90",
  p99: "p99",
  errors: "failed",
  rate: "good calls",
} as const;

function cells({ name, unit, a, b, difference, ratio, verdict }: SideBySide): string[] {
  const show = (value: number | null) => (value === null ? "n/a" : shown(unit, value));
  const signed = (value: number) => `${value < 0 ? "−" : "+"}${shown(unit, Math.abs(value))}`;
  const times = (value: number | null) => (value === null ? "n/a" : value.toFixed(3));
  return [
    names[name],
    show(a),
    show(b),
    difference === null ? "n/a" : signed(difference.value),
    difference === null ? "n/a" : `${signed(difference.low)} … ${signed(difference.high)}`,
    ratio === null ? "n/a" : times(ratio.value),
    ratio === null ? "n/a" : `${times(ratio.low)} … ${times(ratio.high)}`,
    verdict,
  ];
}

function shown(unit: SideBySide["unit"], value: number): string {
  switch (unit) {
    case "us":
      return formatUs(value);
    case "share":
      return `${(value * 100).toFixed(2)} %`;
    case "perSecond":
      return formatRate(value);
  }
}

function basis({ a, b, comparison: { blocks, blockMs, minDifference } }: AbReport): string {
  const calls = `${formatCount(a.latency.response.count)} and ${formatCount(b.latency.response.count)} calls`;
  const least = minDifference > 0 ? `; differences below ${formatShare(minDifference)} do not matter` : "";
  return `response times of ${calls} in ${blocks} blocks of ${blockMs} ms; the intervals hold all at once${least}`;
}

/** Why there are no intervals. */
function reasons(figures: readonly SideBySide[]): readonly string[] {
  return [...new Set(figures.map(({ reason }) => reason).filter((reason) => reason !== ""))];
}

function conclusion(figures: readonly SideBySide[]): string {
  const of = (verdict: SideBySide["verdict"]) =>
    figures.filter((each) => each.verdict === verdict).map(({ name }) => names[name]);
  const parts = (["worse", "better"] as const)
    .map((verdict) => [verdict, of(verdict)] as const)
    .filter(([, which]) => which.length > 0)
    .map(([verdict, which]) => `${verdict} in ${which.join(", ")}`);
  return parts.length === 0 ? "undecided: the run does not tell B from A" : `B is ${parts.join(" and ")}`;
}

function generator(report: Report): string {
  return [`generator: ${generatorWords(report)}`, ...report.generator.reasons.map((text) => `  ${text}`)].join("\n");
}

function generatorWords({ generator: { verdict, cpuMean } }: Report): string {
  return `${verdict}, ${formatShare(cpuMean)} of a core`;
}

function remarks(side: string, { caveats, errors, thresholds }: Report): string[] {
  return [
    ...thresholds.map(({ expression, passed }) => `  ${side}: ${passed ? "passed" : "FAILED"}  ${expression}`),
    ...errors
      .slice(0, 3)
      .map(({ count, code, samples: [first] }) => `  ${side}: ${count} × ${code}: ${first?.message ?? ""}`),
    ...caveats.map((text) => `  ${side}: ${text}`),
  ];
}

/** The comparison as a page. */
function sidesToHtml(report: AbReport): string {
  const { a, b, comparison } = report;
  const { figures, labels, caveats } = comparison;
  const title = a.run.name === "" ? `${a.target.method}: A and B` : a.run.name;
  const { verdict } = a.generator;
  return page(
    title,
    `<header>
${heading(title)}
${notes([
  `${a.load.model} loop, ${a.load.plan}; ${a.run.startedAt}`,
  `A: ${labels.a}`,
  `B: ${labels.b}`,
  warmupWords(a.load.warmupMs, a.accounting.warmup.finished + b.accounting.warmup.finished),
])}
${alarm(stopWords(a))}
</header>
<p><b>${escapeMarkup(conclusion(figures))}</b></p>
${markupTable(head, figures.map(cells))}
${notes([basis(report), ...reasons(figures)])}
${percentileCurve("response times", [curve("a", "A", a), curve("b", "B", b)])}
${section("Generator", `<p>${escapeMarkup(`${generatorWords(a)}: ${verdictMeaning[verdict]}`)}</p>`, list(a.generator.reasons))}
${section("Notes", list([...remarks("A", a), ...remarks("B", b), ...caveats].map((text) => text.trim())))}
${madeBy(a.run.command, a.environment)}`,
  );
}

function curve(role: string, name: string, { histograms }: Report) {
  const all = merged(histograms.groups.map(({ response }) => decodeHistogram(response)));
  return { role, name, curve: distribution(all) };
}

/** A line for each figure, with a head. Times in µs, errors as a share, the rate in calls a second. */
function sidesToCsv({ comparison: { figures } }: AbReport): string {
  const columns = "figure,unit,a,b,difference,differenceLow,differenceHigh,ratio,ratioLow,ratioHigh,verdict";
  const lines = figures.map(({ name, unit, a, b, difference, ratio, verdict }) =>
    [
      ...[name, unit, a, b, difference?.value, difference?.low, difference?.high],
      ...[ratio?.value, ratio?.low, ratio?.high, verdict],
    ].join(","),
  );
  return `${[columns, ...lines].join("\n")}\n`;
}
