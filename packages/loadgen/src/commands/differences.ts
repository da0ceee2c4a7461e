import { decodeHistogram } from "../record/hdr.ts";
import { type Histogram, merged, valueAtRank } from "../record/histogram.ts";
import { formatRate, formatUs } from "../report/format.ts";
import type { Report } from "../report/report.ts";

/** One figure of two runs. */
export interface Difference {
  readonly name: string;
  readonly before: string;
  readonly after: string;
  /** Of the older value; null when that is 0. */
  readonly change: number | null;
  /** `undecided`: the runs do not tell the two apart. */
  readonly verdict: "better" | "worse" | "undecided" | "";
}

/**
 * How a run differs from an older one. A percentile has changed when the 95 % confidence intervals of the two, from the
 * ranks of their values, do not meet, and are further apart than `minDifference` of the older one's. The runs were made at
 * different times: what else changed meanwhile is in there too.
 */
export function compareReports(before: Report, after: Report, minDifference = 0): readonly Difference[] {
  const [old, now] = [before, after].map(({ histograms }) =>
    merged(histograms.groups.map(({ response }) => decodeHistogram(response))),
  ) as [Histogram, Histogram];
  const percents = Object.keys(before.latency.response.percentilesUs);
  const moreFail = failing(before, after) === "worse";
  const times = percents.map((percent): Difference => {
    const [a, b] = [before, after].map(({ latency }) => latency.response.percentilesUs[percent] ?? null);
    const text = (us: number | null | undefined) => (us === null || us === undefined ? "n/a" : formatUs(us));
    const known = typeof a === "number" && typeof b === "number";
    return {
      name: `response p${percent}`,
      before: text(a),
      after: text(b),
      change: known ? change(a, b) : null,
      verdict: known
        ? timesVerdict(apart(interval(old, Number(percent)), interval(now, Number(percent)), minDifference), moreFail)
        : "undecided",
    };
  });
  const failed = ({ latency }: Report) =>
    latency.response.count === 0 ? 0 : 1 - latency.responseOk.count / latency.response.count;
  const share = (value: number) => `${(value * 100).toFixed(2)} %`;
  return [
    ...times,
    figure("good calls a second", before.rates.okPerS, after.rates.okPerS, formatRate),
    { ...figure("failed", failed(before), failed(after), share), verdict: failing(before, after) },
  ];
}

/** Who fails fast is no better for it. */
function timesVerdict(verdict: Difference["verdict"], moreFail: boolean): Difference["verdict"] {
  return moreFail && verdict === "better" ? "undecided" : verdict;
}

/** Whether more calls fail now: when the 95 % confidence intervals of the two shares (Wilson's) do not meet. */
function failing(before: Report, after: Report): Difference["verdict"] {
  const [a, b] = [before, after].map(({ latency: { response, responseOk } }) => {
    const { count } = response;
    if (count === 0) return { low: 0, high: 1 };
    const share = 1 - responseOk.count / count;
    const square = 1.96 ** 2;
    const middle = (share + square / (2 * count)) / (1 + square / count);
    const spread = (1.96 / (1 + square / count)) * Math.sqrt((share * (1 - share)) / count + square / (4 * count ** 2));
    return { low: middle - spread, high: middle + spread };
  }) as [Span, Span];
  return apart(a, b, 0);
}

interface Span {
  readonly low: number;
  readonly high: number;
}

/** What else differs between the runs, or is wrong with one, so that a difference may not be the server's. */
export function comparisonNotes(before: Report, after: Report): readonly string[] {
  const differing = (what: string, of: (report: Report) => string) =>
    of(before) === of(after) ? [] : [`${what}: ${of(before)}, now ${of(after)}`];
  const runs = [
    ["the older run", before],
    ["the newer run", after],
  ] as const;
  return [
    ...differing("another method", ({ target }) => target.method),
    ...differing("another target", ({ target }) => target.uri),
    ...differing("another load", ({ load }) => `${load.model} loop, ${load.plan}`),
    ...differing("another engine", ({ target }) => target.engine),
    ...differing("another machine", ({ environment: { cpus, cpuModel } }) => `${cpus} × ${cpuModel}`),
    ...(runs.some(([, { latency }]) => latency.responseOk.count < latency.response.count)
      ? ["the times are those of all calls, failed ones too; where more fail now, shorter ones are not called better"]
      : []),
    ...runs.flatMap(([which, { generator }]) =>
      generator.verdict === "ok" ? [] : [`the generator of ${which} was ${generator.verdict}`],
    ),
    ...runs.flatMap(([which, { run }]) => (run.partial ? [`${which} was stopped before its plan was done`] : [])),
  ];
}

function figure(name: string, before: number, after: number, show: (value: number) => string): Difference {
  return { name, before: show(before), after: show(after), change: change(before, after), verdict: "" };
}

function change(before: number, after: number): number | null {
  return before === 0 ? null : after / before - 1;
}

function apart(old: Span, now: Span, minDifference: number): Difference["verdict"] {
  if (now.high < old.low * (1 - minDifference)) return "better";
  return now.low > old.high * (1 + minDifference) ? "worse" : "undecided";
}

/** The values in µs between whose ranks the percentile of the population lies, with 95 % confidence. */
function interval(histogram: Histogram, percent: number): Span {
  const { count } = histogram;
  const share = percent / 100;
  const spread = 1.96 * Math.sqrt(count * share * (1 - share));
  const at = (rank: number) => valueAtRank(histogram, Math.max(1, Math.min(count, Math.round(rank))));
  return { low: at(count * share - spread), high: at(count * share + spread) };
}

/** The comparison as lines of text. */
export function printDifferences(differences: readonly Difference[], notes: readonly string[]): string {
  const rows = differences.map(({ name, before, after, change: by, verdict }) => {
    const percent = by === null ? "" : `${by >= 0 ? "+" : ""}${(by * 100).toFixed(1)} %`;
    return `${name.padEnd(22)} ${before.padStart(12)} ${after.padStart(12)} ${percent.padStart(12)}  ${verdict}`.trimEnd();
  });
  const head = `${"".padEnd(22)} ${"old".padStart(12)} ${"new".padStart(12)} ${"change".padStart(12)}`;
  const below = notes.length === 0 ? [] : ["", "note", ...notes.map((note) => `  ${note}`)];
  return `${[head, ...rows, ...below].join("\n")}\n`;
}
