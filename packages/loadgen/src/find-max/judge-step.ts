import type { Verdict } from "../judge/verdict.ts";
import type { Report, ThresholdResult } from "../report/report.ts";
import type { Move, StepResult } from "./search.ts";

/** One step of a search: a short run at one rate. */
export interface Step {
  readonly purpose: Extract<Move, { kind: "try" }>["purpose"];
  readonly askedPerS: number;
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

/** A step has to reach as much of its rate; the rest is what is still in flight when its time is up. */
const reachedShare = 0.95;

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
  const { planned, dropped, queued, cancelled } = accounting.measured;
  if (rates.finishedPerS < reachedShare * rates.plannedPerS || planned === 0) reasons.push("the rate was not reached");
  if (dropped + queued + cancelled > 0) reasons.push("calls were dropped, not started, or cut off");
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
