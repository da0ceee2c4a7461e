import type { Verdict } from "../judge/verdict.ts";
import type { Report, ThresholdResult } from "../report/report.ts";
import type { Move, StepResult } from "./search.ts";

/** One step of a search: a short run at one rate. */
export interface Step {
  readonly purpose: Extract<Move, { kind: "try" }>["purpose"];
  readonly askedPerS: number;
  /** Repeats what was random in it; missing in results from before it was kept. */
  readonly seed?: number;
  /** Calls that ended within the step, well or not. */
  readonly reachedPerS: number;
  /** Of the response times; null where there are too few calls to say. */
  readonly p50Us: number | null;
  readonly p99Us: number | null;
  /** The share of calls that failed, 0 to 1. */
  readonly errors: number;
  readonly generator: Verdict;
  readonly slo: readonly ThresholdResult[];
  readonly result: StepResult;
  /** Why it is no "met"; empty where it is. */
  readonly reasons: readonly string[];
}

/** As much of its calls a step has to finish, and no more may come to lie in wait while it lasts. */
const reachedShare = 0.95;
/** Of the calls so many may still wait to be started when its time is up: what waits a moment is in the response times. */
const queuedShare = 0.01;

/** What a run at one rate says of it. */
export function judgeStep(
  report: Report,
  { purpose, askedPerS, slo }: Pick<Step, "purpose" | "askedPerS" | "slo">,
): Step {
  const { latency, rates, accounting, generator } = report;
  const { response, responseOk } = latency;
  const reasons = slo
    .filter(({ passed }) => !passed)
    .map(({ expression, reason }) => (reason === "" ? expression : `${expression}: ${reason}`));
  const { planned, finished, dropped, queued, cancelled } = accounting.measured;
  if (finished < reachedShare * planned || planned === 0 || fallsBehind(report))
    reasons.push("the rate was not reached");
  if (dropped + cancelled > 0 || queued > queuedShare * planned) {
    reasons.push("calls were dropped, not started, or cut off");
  }
  const saturated = generator.verdict === "saturated";
  return {
    purpose,
    askedPerS,
    reachedPerS: rates.finishedPerS,
    p50Us: response.percentilesUs["50"] ?? null,
    p99Us: response.percentilesUs["99"] ?? null,
    errors: response.count === 0 ? 0 : 1 - responseOk.count / response.count,
    generator: generator.verdict,
    slo,
    result: saturated ? "saturated" : reasons.length > 0 ? "missed" : "met",
    reasons: saturated ? [`the generator was saturated: ${generator.reasons.join("; ")}`] : reasons,
  };
}

/**
 * Whether ever more calls lay in wait. How many are in flight says nothing: at a server that takes a second for each it is the calls
 * of a second, and none the more a second later.
 */
function fallsBehind({ series, rates: { windowMs } }: Report): boolean {
  // A row ends a little after its second, the one in which the drain begins a little after the step.
  const within = series.filter(({ atS, lengthS }) => (atS + lengthS) * 1_000 <= 1.02 * windowMs);
  const [first, last] = [within[0], within.at(-1)];
  if (first === undefined || last === undefined) return false;
  const planned = within.slice(1).reduce((sum, row) => sum + row.planned, 0);
  const now = last.inFlight + last.queued;
  // Counts vary by chance, by about the root of what is counted.
  const grown = now - (first.inFlight + first.queued) - 2 * Math.sqrt(now);
  return grown > (1 - reachedShare) * planned;
}
