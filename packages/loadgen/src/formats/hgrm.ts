import { decodeHistogram } from "../record/hdr.ts";
import { deviation, type Histogram, highestOf, mean, merged } from "../record/histogram.ts";
import type { Report } from "../report/report.ts";

/** The response times as HdrHistogram's percentile distribution, which its plotters read. Values in ms. */
export function toHgrm({ run, histograms, generator: { verdict, reasons } }: Report): string {
  const all = merged(histograms.groups.map(({ response }) => decodeHistogram(response)));
  const rows = distribution(all).map(({ us, quantile, count }) => {
    const inverse = quantile >= 1 ? "" : (1 / (1 - quantile)).toFixed(2).padStart(15);
    return `${(us / 1000).toFixed(3).padStart(12)} ${quantile.toFixed(12)} ${String(count).padStart(10)}${inverse}`;
  });
  const ms = (us: number) => (us / 1000).toFixed(3).padStart(12);
  return [
    "       Value     Percentile TotalCount 1/(1-Percentile)",
    "",
    ...rows,
    `#[Mean    = ${ms(mean(all))}, StdDeviation   = ${ms(deviation(all))}]`,
    `#[Max     = ${ms(all.maxUs)}, Total count    = ${String(all.count).padStart(12)}]`,
    `# generator: ${verdict}${reasons.length === 0 ? "" : `: ${reasons.join("; ")}`}`,
    ...(run.partial ? [`# partial: the run was stopped before its plan was done (${run.endReason})`] : []),
    "",
  ].join("\n");
}

/** A point of the curve: so many values, as this share of all, do not exceed `us`. */
export interface CurvePoint {
  readonly us: number;
  readonly quantile: number;
  readonly count: number;
}

const ticksPerHalf = 5;

/**
 * The curve of a histogram: five points for each halving of what is left to 100 %, and the greatest value at its end. Each has the value
 * at that share, so that a jump of the values is one between two points, wherever their counts lie.
 */
export function distribution(histogram: Histogram): CurvePoint[] {
  const { counts, count: total, maxUs } = histogram;
  const points: CurvePoint[] = [];
  let count = 0;
  let next = 0;
  for (let index = 0; index < counts.length && count < total; index++) {
    count += counts[index] as number;
    const us = Math.min(highestOf(index), maxUs);
    while (next <= count / total && (counts[index] as number) > 0) {
      points.push({ us, quantile: next, count });
      const half = 2 ** Math.floor(Math.log2(1 / (1 - next)) + 1);
      next += 1 / (ticksPerHalf * half);
      // Ever smaller steps towards 1 never get there.
      if (count === total) break;
    }
  }
  if (total > 0) points.push({ us: maxUs, quantile: 1, count: total });
  return points;
}
