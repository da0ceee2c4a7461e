import { formatRate, formatUs } from "./format.ts";
import type { ThresholdResult } from "./report.ts";

/** What a threshold found, with its unit; why there is nothing to say where it found nothing. */
export function observedWords({ expression, observed, reason }: ThresholdResult): string {
  return observed === null ? reason : `observed ${withUnit(expression, observed)}`;
}

function withUnit(expression: string, observed: number): string {
  if (/^\s*(errors|unexpected)/.test(expression)) return `${(observed * 100).toFixed(2)} %`;
  return /^\s*rate/.test(expression) ? formatRate(observed) : formatUs(observed);
}
