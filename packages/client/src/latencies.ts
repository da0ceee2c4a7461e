import { build } from "hdr-histogram-js";

/** Latencies in milliseconds, kept in buckets 1 % wide, from a microsecond to ten minutes. */
export interface Latencies {
  record(latencyMs: number): void;
  /** The latency that so many percent stayed within; undefined when there is none. */
  percentileMs(percent: number): number | undefined;
  reset(): void;
}

const longestUs = 600_000_000;

/** Some 10 KB each. */
export function createLatencies(): Latencies {
  const histogram = build({
    lowestDiscernibleValue: 1,
    highestTrackableValue: longestUs,
    numberOfSignificantValueDigits: 2,
  });
  return {
    record: (latencyMs) => histogram.recordValue(Math.min(longestUs, Math.max(1, Math.round(latencyMs * 1_000)))),
    percentileMs: (percent) =>
      histogram.totalCount === 0 ? undefined : histogram.getValueAtPercentile(percent) / 1_000,
    reset: () => histogram.reset(),
  };
}
