import { isGood, statusOf, unexpectedCode } from "../drive/engine.ts";
import { decodeHistogram } from "../record/hdr.ts";
import { deviation, type Histogram, mean, merged, neededFor, percentile } from "../record/histogram.ts";
import type { SeriesRow } from "../record/series.ts";
import type { Report, ThresholdResult } from "../report/report.ts";
import { statusCode, statusName } from "../report/status-names.ts";

/** A condition on the result of a run, such as `response.p99{endpoint=10.0.0.1:9999}<50ms` or `errors<1%`. */
export interface Threshold {
  readonly expression: string;
  readonly view: ThresholdView;
  /** Of a time: `p99`, `mean`, `min`, `max` or `deviation`; empty for `errors`, `unexpected` and `rate`. */
  readonly figure: string;
  /** Of times and `rate`: which calls count. Of `errors`: which of them, as a share of all calls. */
  readonly code: string | undefined;
  readonly endpoint: string | undefined;
  readonly operator: "<" | "<=" | ">" | ">=";
  /** µs for times, 0 to 1 for `errors` and `unexpected`, calls a second for `rate`. */
  readonly limit: number;
  /** For how long it has to hold before it counts, in ms; 0 unless it says "for". */
  readonly forMs: number;
}

type ThresholdView = (typeof timeViews)[number] | "errors" | "unexpected" | "rate";

const timeViews = [
  "response",
  "service",
  "lateness",
  "firstMessage",
  "messageGap",
  "roundTrip",
  "roundTripWritten",
  "messageLateness",
] as const;
const unitsUs: Readonly<Record<string, number>> = { us: 1, µs: 1, ms: 1_000, s: 1_000_000, m: 60_000_000 };

const form =
  /^\s*(\w+)(?:\.(\w+(?:\.\d+)?))?(?:\{([^}]*)\})?\s*(<=|>=|<|>)\s*(\d+(?:\.\d+)?)\s*(\S*?)(?:\s+for\s+(\d+(?:\.\d+)?)(ms|s|m))?\s*$/;

const withoutView = /^\s*(?:mean|min|max|deviation|p\d+(?:\.\d+)?)\s*[{<>]/;

/** Reads a threshold; one without a view, such as p99<50ms, is of the response times. A text says what is wrong with it. */
export function parseThreshold(given: string): Threshold | string {
  const expression = withoutView.test(given) ? `response.${given.trim()}` : given;
  const [, view = "", figure = "", selectors, operator = "", number = "", unit = "", holds = "0", holdsUnit = "ms"] =
    form.exec(expression) ?? [];
  const wrong = (expected: string) => `expected ${expected}; got ${JSON.stringify(given)}`;
  if (view === "") return wrong("a condition such as response.p99<50ms, errors<1% or rate>=190/s");
  const common = {
    expression: expression.trim(),
    operator: operator as Threshold["operator"], // The form has no others.
    forMs: (Number(holds) * (unitsUs[holdsUnit] ?? 0)) / 1_000,
    code: undefined as string | undefined,
    endpoint: undefined as string | undefined,
  };
  for (const selector of selectors?.split(",") ?? []) {
    const [, key, value = ""] = /^\s*(code|endpoint)\s*=\s*(\S+)\s*$/.exec(selector) ?? [];
    if (key === "code") common.code = value.toUpperCase();
    else if (key === "endpoint") common.endpoint = value;
    else return wrong("{code=…} or {endpoint=…}");
  }
  // A condition on a code that no call can end with would hold, or not, whatever happens.
  if (common.code !== undefined && statusName(statusCode(common.code)) !== common.code)
    return wrong("the name of a gRPC status after code=, such as UNAVAILABLE or CANCELLED, or UNEXPECTED");
  if (view === "errors" && common.code !== undefined && isGood(statusCode(common.code)))
    return wrong("the code of a failure; what ends well has 100 % - errors");
  if (view === "unexpected" && common.code !== undefined) return wrong("nothing but {endpoint=…} beside unexpected");
  if ((view === "errors" || view === "unexpected") && figure === "") {
    return unit === "%"
      ? { ...common, view, figure, limit: Number(number) / 100 }
      : wrong(`a share in %, such as ${view}<1%`);
  }
  if (view === "rate" && figure === "") {
    return unit === "/s" || unit === ""
      ? { ...common, view, figure, limit: Number(number) }
      : wrong("calls a second, such as rate>=190/s");
  }
  const known = timeViews.find((each) => each === view);
  if (known === undefined) return wrong(`one of ${timeViews.join(", ")}, errors, unexpected, rate`);
  if (!/^(mean|min|max|deviation|p(100|\d{1,2}(\.\d+)?))$/.test(figure))
    return wrong(`${view}.p99, .mean, .min, .max or .deviation`);
  const factor = unitsUs[unit];
  if (factor === undefined) return wrong("a time with its unit (us, ms, s or m)");
  if ((common.code ?? common.endpoint) !== undefined && known !== "response" && known !== "service") {
    return wrong("{…} beside response or service only");
  }
  return { ...common, view: known, figure, limit: Number(number) * factor };
}

/** Holds a threshold against a report. A percentile that has too few values behind it is not passed. */
export function judge(threshold: Threshold, report: Report): ThresholdResult {
  const { expression, figure } = threshold;
  const observed = observe(threshold, report);
  if (observed === undefined) {
    const percent = figure.startsWith("p") ? Number(figure.slice(1)) : 100;
    const reason = `too few calls to say; ${neededFor(percent)} are needed`;
    return { expression, passed: false, observed: null, reason };
  }
  return { expression, passed: holds(threshold, observed), observed, reason: "" };
}

function observe({ view, figure, code, endpoint }: Threshold, report: Report): number | undefined {
  const reached = report.histograms.groups.filter((group) => endpoint === undefined || group.endpoint === endpoint);
  // A failure that was expected has two names: that of its status means it as well.
  const namesOf = (group: (typeof reached)[number]) => [statusName(group.code), statusName(statusOf(group.code))];
  const chosen = reached.filter((group) => code === undefined || namesOf(group).includes(code));
  const calls = (groups: typeof chosen) => groups.reduce((sum, { response }) => sum + response.count, 0);
  if (view === "errors" || view === "unexpected") {
    const all = calls(reached); // Whatever their code: the share of one code among itself is always 100 %.
    const isOne = (each: number) => (view === "errors" ? !isGood(each) : each === unexpectedCode);
    return all === 0 ? undefined : calls(chosen.filter((group) => isOne(group.code))) / all;
  }
  if (view === "rate") {
    if (code === undefined && endpoint === undefined) return report.rates.okPerS;
    return report.rates.windowMs === 0 ? undefined : (calls(chosen) * 1_000) / report.rates.windowMs;
  }
  const histogram =
    view === "response" || view === "service"
      ? merged(chosen.map((group) => decodeHistogram(group[view])))
      : decodeHistogram(report.histograms[view]);
  return figureOf(histogram, figure);
}

function figureOf(histogram: Histogram, figure: string): number | undefined {
  if (histogram.count === 0) return undefined;
  if (figure === "mean") return mean(histogram);
  if (figure === "deviation") return deviation(histogram);
  if (figure === "min") return histogram.minUs;
  if (figure === "max") return histogram.maxUs;
  const percent = Number(figure.slice(1));
  return histogram.count < neededFor(percent) ? undefined : percentile(histogram, percent);
}

function holds({ operator, limit }: Threshold, observed: number): boolean {
  switch (operator) {
    case "<":
      return observed < limit;
    case "<=":
      return observed <= limit;
    case ">":
      return observed > limit;
    case ">=":
      return observed >= limit;
  }
}

/** What is wrong with a condition to abort on: a row of a second has only some figures. A text says so. */
export function parseAbort(expression: string): Threshold | string {
  const condition = parseThreshold(expression);
  if (typeof condition === "string") return condition;
  const { view, figure, code, endpoint } = condition;
  const known = view === "errors" || view === "rate" || (view === "response" && /^(p50|p99|max)$/.test(figure));
  if (known && code === undefined && endpoint === undefined) return condition;
  return `expected errors, rate, response.p50, response.p99 or response.max, and nothing in {}; got ${JSON.stringify(expression)}`;
}

/** A row that is shorter says too little: in 2 ms without an answer the rate is 0. The first one and the last may be so. */
const watchedFromS = 0.5;

/** Watches rows as they come. Returns the condition that has held for as long as it says, once one has. */
export function createAbortWatch(conditions: readonly Threshold[]): (row: SeriesRow) => Threshold | undefined {
  const heldMs = conditions.map(() => 0);
  return (row) => {
    if (row.lengthS < watchedFromS) return undefined;
    return conditions.find((condition, index) => {
      const observed = ofRow(condition, row);
      const held = observed !== undefined && holds(condition, observed);
      heldMs[index] = held ? (heldMs[index] ?? 0) + row.lengthS * 1_000 : 0;
      // Rows are a little longer or shorter than a second.
      return held && (heldMs[index] ?? 0) >= condition.forMs * 0.98;
    });
  };
}

function ofRow(
  { view, figure }: Threshold,
  { ok, failed, lengthS, p50Us, p99Us, maxUs }: SeriesRow,
): number | undefined {
  const ended = ok + failed;
  if (view === "rate") return lengthS > 0 ? ok / lengthS : undefined;
  if (ended === 0) return undefined;
  if (view === "errors") return failed / ended;
  return figure === "p50" ? p50Us : figure === "p99" ? p99Us : maxUs;
}
