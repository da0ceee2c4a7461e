import { randomOf } from "../plan/random.ts";
import { type Histogram, highestOf, merged } from "../record/histogram.ts";
import type { Block } from "./blocks.ts";
import type { Side } from "./sides.ts";

/** The figures of one side in one drawing of blocks. Times in µs; of no call at all they are NaN. */
export interface Drawn {
  readonly meanUs: number;
  readonly errors: number;
  /** Calls that ended well, per block. */
  readonly okPerBlock: number;
  /** In the order of the percents asked for. */
  readonly percentilesUs: readonly number[];
}

export interface Resampling {
  readonly percents: readonly number[];
  readonly resamples: number;
  readonly seed: number;
}

/**
 * Draws as many blocks as there are, with replacement, again and again, and tells what each drawing would have shown. A
 * block is drawn with both its sides: what troubled both at the same time does so in the drawing too, and leaves their
 * difference. Calls within a block may depend on each other, as calls behind one stall do; blocks are drawn whole.
 */
export function resample(blocks: readonly Block[], { percents, resamples, seed }: Resampling): Record<Side, Drawn>[] {
  const random = randomOf(seed);
  const sides = { a: sparse(blocks, "a", percents), b: sparse(blocks, "b", percents) };
  const times = new Uint32Array(blocks.length);
  return Array.from({ length: resamples }, () => {
    times.fill(0);
    for (let draw = 0; draw < blocks.length; draw++) (times[Math.floor(random() * blocks.length)] as number)++;
    return { a: sides.a(times), b: sides.b(times) };
  });
}

/** The figures of the blocks as they are. */
export function asMeasured(blocks: readonly Block[], percents: readonly number[]): Record<Side, Drawn> {
  const once = new Uint32Array(blocks.length).fill(1);
  return { a: sparse(blocks, "a", percents)(once), b: sparse(blocks, "b", percents)(once) };
}

/** The figures of one side, when each block counts so many times. Only buckets with calls in them are looked at. */
function sparse(blocks: readonly Block[], side: Side, percents: readonly number[]) {
  const buckets = bucketsIn(merged(blocks.map(({ [side]: { response } }) => response)));
  const places = new Map(buckets.map((bucket, place) => [bucket, place]));
  const filled = blocks.map(({ [side]: { response, failed } }) => {
    const there = bucketsIn(response);
    return {
      places: Uint32Array.from(there, (bucket) => places.get(bucket) as number),
      counts: Float64Array.from(there, (bucket) => response.counts[bucket] as number),
      calls: response.count,
      sumUs: response.sumUs,
      failed,
    };
  });
  const counts = new Float64Array(buckets.length);
  const ranked = [...percents.entries()].sort(([, a], [, b]) => a - b);
  return (times: Uint32Array): Drawn => {
    counts.fill(0);
    let [calls, sumUs, failed] = [0, 0, 0];
    for (let index = 0; index < filled.length; index++) {
      const weight = times[index] as number;
      if (weight === 0) continue;
      const block = filled[index] as (typeof filled)[number];
      calls += weight * block.calls;
      sumUs += weight * block.sumUs;
      failed += weight * block.failed;
      for (let each = 0; each < block.places.length; each++) {
        (counts[block.places[each] as number] as number) += weight * (block.counts[each] as number);
      }
    }
    const percentilesUs = percents.map(() => Number.NaN);
    let [seen, place] = [0, -1];
    for (const [index, percent] of calls === 0 ? [] : ranked) {
      const rank = Math.max(1, Math.ceil((percent / 100) * calls * (1 - Number.EPSILON)));
      while (seen < rank && place < counts.length - 1) seen += counts[++place] as number;
      percentilesUs[index] = highestOf(buckets[place] ?? 0);
    }
    return {
      meanUs: sumUs / calls,
      errors: failed / calls,
      okPerBlock: (calls - failed) / times.length,
      percentilesUs,
    };
  };
}

/** The buckets with values in them, in rising order. */
function bucketsIn({ counts }: Histogram): number[] {
  const there: number[] = [];
  for (let bucket = 0; bucket < counts.length; bucket++) if ((counts[bucket] as number) > 0) there.push(bucket);
  return there;
}
