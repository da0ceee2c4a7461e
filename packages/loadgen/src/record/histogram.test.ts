import assert from "node:assert/strict";
import { test } from "node:test";
import * as hdr from "hdr-histogram-js";
import { randomOf } from "../plan/random.ts";
import {
  bucketOf,
  createHistogram,
  deviation,
  highestOf,
  highestUs,
  lowestOf,
  mean,
  merge,
  merged,
  percentile,
  record,
} from "./histogram.ts";

function of(...values: readonly number[]) {
  const histogram = createHistogram();
  for (const value of values) record(histogram, value);
  return histogram;
}

/** Values spread over all magnitudes. */
function samples(count: number, seed: number): number[] {
  const random = randomOf(seed);
  return Array.from({ length: count }, () => Math.floor(Math.exp(random() * Math.log(50_000_000))));
}

test("every bucket holds the values between its lowest and its highest, and no gap is left", () => {
  let index = -1;
  for (let us = 0; us < highestUs; us = highestOf(index) + 1) {
    index++;
    assert.equal(bucketOf(us), index);
    assert.equal(lowestOf(index), us);
    assert.equal(bucketOf(Math.min(highestOf(index), highestUs)), index);
  }
  assert.equal(bucketOf(highestUs), index);
});

test("counts and percentiles are those of HdrHistogram with three digits", () => {
  const values = samples(20_000, 1);
  const theirs = hdr.build({ bitBucketSize: 64, highestTrackableValue: highestUs, numberOfSignificantValueDigits: 3 });
  for (const value of values) theirs.recordValue(value);
  const ours = of(...values);
  for (const percent of [0.1, 1, 25, 50, 75, 90, 99, 99.9, 99.99]) {
    const expected = theirs.getValueAtPercentile(percent);
    assert.equal(percentile(ours, percent), Math.min(expected, ours.maxUs), `p${percent}`);
  }
  assert.ok(Math.abs(mean(ours) - theirs.mean) / theirs.mean < 0.001);
  assert.ok(Math.abs(deviation(ours) - theirs.stdDeviation) / theirs.stdDeviation < 0.001);
});

test("T12: merging any split of the values gives what one recording gives", () => {
  const values = samples(5_000, 2);
  const whole = of(...values);
  const random = randomOf(3);
  for (let round = 0; round < 10; round++) {
    const parts = Array.from({ length: 1 + Math.floor(random() * 6) }, createHistogram);
    for (const value of values) record(parts[Math.floor(random() * parts.length)] ?? assert.fail(), value);
    assert.deepEqual(trimmed(merged(parts)), trimmed(whole));
  }
});

test("T12: the merged p99 is that of all values, not the mean of two p99s", () => {
  const slow = createHistogram();
  const fast = createHistogram();
  for (let index = 0; index < 1000; index++) {
    record(slow, index < 980 ? 1_000 : 1_000_000);
    record(fast, 1_000);
  }
  merge(fast, slow);
  assert.equal(percentile(fast, 99), 1_000);
  assert.equal(percentile(fast, 99.1), 1_000_000);
});

test("T14: a single repeated value is every percentile, within a thousandth, from 2 µs to 50 s", () => {
  for (let us = 2; us <= 50_000_000; us = Math.ceil(us * 1.7)) {
    // The greatest value is kept as it is: the others have to be found among the buckets.
    const histogram = of(us, us, us, 4 * us);
    for (const [percent, value] of [
      [0.1, us],
      [50, us],
      [75, us],
      [100, 4 * us],
    ] as const) {
      assert.ok(Math.abs(percentile(histogram, percent) - value) <= value / 1000, `p${percent} of ${us} µs`);
    }
  }
});

test("T13: two and a half million values are all counted, so that a late change moves p99", () => {
  const histogram = createHistogram();
  for (let index = 0; index < 1_500_000; index++) record(histogram, 1_000);
  assert.equal(percentile(histogram, 99), 1_000);
  for (let index = 0; index < 1_000_000; index++) record(histogram, 10_000);
  assert.equal(histogram.count, 2_500_000);
  assert.ok(percentile(histogram, 99) >= 9_990);
});

test("T30: what lies beyond the range is clamped and counted, and the greatest value is kept exactly", () => {
  const histogram = of(0, 0.4, 61_000_000, 3_600_000_000, 7_200_000_001);
  assert.equal(histogram.count, 5);
  assert.equal(histogram.clamped, 1);
  assert.equal(histogram.maxUs, 7_200_000_001);
  assert.equal(histogram.minUs, 0);
  assert.equal(percentile(histogram, 40), 0);
  assert.ok(Math.abs(percentile(histogram, 60) - 61_000_000) < 61_000);
});

test("T31: less than a millisecond is kept to the microsecond", () => {
  assert.equal(percentile(of(400.4), 50), 400);
});

test("a percentile is a rank: 99.9 % of a thousand values is the 999th", () => {
  const histogram = of(...Array.from({ length: 1000 }, (_, index) => index + 1));
  assert.equal(percentile(histogram, 99.9), 999);
  assert.equal(percentile(histogram, 50), 500);
  assert.equal(percentile(histogram, 100), 1000);
});

test("an empty histogram has zeros", () => {
  const histogram = createHistogram();
  assert.equal(percentile(histogram, 99), 0);
  assert.equal(mean(histogram), 0);
  assert.equal(deviation(histogram), 0);
});

function trimmed(histogram: ReturnType<typeof createHistogram>) {
  return { ...histogram, counts: [...histogram.counts.entries()].filter(([, count]) => count > 0) };
}
