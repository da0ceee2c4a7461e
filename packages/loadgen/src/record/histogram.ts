/**
 * Counts of whole microseconds in HDR buckets: three significant digits, from 0 to `highestUs`. The buckets are those of
 * HdrHistogram with the same digits, so that counts can be handed over one for one. Plain data: it can be cloned to
 * another thread. Merging adds counts, so that it loses nothing.
 */
export interface Histogram {
  /** By bucket; as long as the largest value so far needs. */
  counts: Float64Array;
  count: number;
  sumUs: number;
  /** As recorded, not rounded to a bucket. Infinity while there is no value. */
  minUs: number;
  /** As recorded, not rounded and not clamped. */
  maxUs: number;
  /** How many values were above `highestUs` and are counted as that. */
  clamped: number;
}

/** One hour. */
export const highestUs = 3_600_000_000;

const halfBits = 10;
const half = 1 << halfBits;

/** A histogram without values. */
export function createHistogram(): Histogram {
  return {
    counts: new Float64Array(2 * half),
    count: 0,
    sumUs: 0,
    minUs: Number.POSITIVE_INFINITY,
    maxUs: 0,
    clamped: 0,
  };
}

/** Counts one value in µs; a fraction is rounded, what is negative counts as 0. Costs some 10 ns and no memory. */
export function record(histogram: Histogram, valueUs: number): void {
  let us = valueUs > 0 ? Math.round(valueUs) : 0;
  histogram.count++;
  histogram.sumUs += us;
  if (us < histogram.minUs) histogram.minUs = us;
  if (us > histogram.maxUs) histogram.maxUs = us;
  if (us > highestUs) {
    us = highestUs;
    histogram.clamped++;
  }
  const index = bucketOf(us);
  if (index >= histogram.counts.length) grow(histogram, index);
  (histogram.counts[index] as number)++;
}

/** Adds all that `from` has counted to `into`. */
export function merge(into: Histogram, from: Histogram): void {
  if (from.counts.length > into.counts.length) grow(into, from.counts.length - 1);
  for (let index = 0; index < from.counts.length; index++) {
    const count = from.counts[index] as number;
    if (count > 0) (into.counts[index] as number) += count;
  }
  into.count += from.count;
  into.sumUs += from.sumUs;
  into.minUs = Math.min(into.minUs, from.minUs);
  into.maxUs = Math.max(into.maxUs, from.maxUs);
  into.clamped += from.clamped;
}

/** All that several histograms have counted. */
export function merged(histograms: Iterable<Histogram>): Histogram {
  const all = createHistogram();
  for (const each of histograms) merge(all, each);
  return all;
}

/** Forgets every value. */
export function clear(histogram: Histogram): void {
  histogram.counts.fill(0);
  histogram.count = 0;
  histogram.sumUs = 0;
  histogram.minUs = Number.POSITIVE_INFINITY;
  histogram.maxUs = 0;
  histogram.clamped = 0;
}

/** How many values a percentile needs for one of them to lie beyond it. */
export function neededFor(percent: number): number {
  return percent >= 100 ? 1 : Math.ceil(100 / (100 - percent) - 1e-6);
}

/** The value in µs that `percent` of all values do not exceed, by rank and never interpolated; 0 without values. */
export function percentile(histogram: Histogram, percent: number): number {
  // The tiny step back undoes what the division's rounding may have added: 99.9 % of 1000 is rank 999, not 1000.
  return valueAtRank(histogram, Math.max(1, Math.ceil((percent / 100) * histogram.count * (1 - Number.EPSILON))));
}

/** The value in µs of this rank, from 1 for the least; the greatest one for ranks beyond. */
export function valueAtRank({ counts, count, maxUs }: Histogram, rank: number): number {
  let seen = 0;
  for (let index = 0; index < counts.length; index++) {
    seen += counts[index] as number;
    // The last bucket of all also holds what was clamped.
    if (seen >= rank) return seen === count ? maxUs : Math.min(highestOf(index), maxUs);
  }
  return maxUs;
}

/** How many values did not exceed `us`, to the precision of the buckets. */
export function countUpTo(histogram: Histogram, us: number): number {
  const last = Math.min(bucketOf(Math.min(us, highestUs)), histogram.counts.length - 1);
  let seen = 0;
  for (let index = 0; index <= last; index++) seen += histogram.counts[index] as number;
  return seen;
}

/** The arithmetic mean in µs; 0 without values. */
export function mean({ sumUs, count }: Histogram): number {
  return count === 0 ? 0 : sumUs / count;
}

/** The standard deviation in µs, from the middle of each bucket. */
export function deviation(histogram: Histogram): number {
  const { counts, count } = histogram;
  if (count === 0) return 0;
  const centre = mean(histogram);
  let squares = 0;
  for (let index = 0; index < counts.length; index++) {
    const times = counts[index] as number;
    if (times > 0) squares += times * ((lowestOf(index) + highestOf(index)) / 2 - centre) ** 2;
  }
  return Math.sqrt(squares / count);
}

/** The bucket of a whole number of µs up to `highestUs`. */
export function bucketOf(us: number): number {
  const shift = Math.max(0, 31 - halfBits - Math.clz32(us));
  return (shift << halfBits) + (us >>> shift);
}

/** The least value of a bucket, in µs. */
export function lowestOf(index: number): number {
  const shift = Math.max(0, (index >> halfBits) - 1);
  return (index - (shift << halfBits)) * 2 ** shift;
}

/** The greatest value of a bucket, in µs. */
export function highestOf(index: number): number {
  return lowestOf(index + 1) - 1;
}

function grow(histogram: Histogram, index: number): void {
  const counts = new Float64Array((Math.floor(index / half) + 1) * half);
  counts.set(histogram.counts);
  histogram.counts = counts;
}
