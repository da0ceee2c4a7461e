import assert from "node:assert/strict";
import { test } from "node:test";
import { createHistogram, record } from "./histogram.ts";
import { createSeries, figuresOf, type SeriesRow, sideBySide } from "./series.ts";

const row = (atS: number, heat: SeriesRow["heat"]): SeriesRow => ({
  atS,
  lengthS: 1,
  planned: 2,
  started: 2,
  ok: 1,
  failed: 1,
  inFlight: atS,
  queued: 0,
  p50Us: 100,
  p99Us: 100,
  maxUs: 10_000,
  heat,
});

test("T39: a day of rows is no larger than an hour of them, and loses no call", () => {
  const series = createSeries();
  for (let second = 0; second < 86_400; second++) series.add(row(second, [[103, 1]]));
  assert.ok(series.rows().length <= 1_200);
  const sum = (of: (row: SeriesRow) => number) => series.rows().reduce((total, each) => total + of(each), 0);
  assert.equal(
    sum(({ ok }) => ok),
    86_400,
  );
  assert.equal(
    sum(({ lengthS }) => lengthS),
    86_400,
  );
  assert.equal(
    sum(({ heat }) => heat[0]?.[1] ?? 0),
    86_400,
  );
  series.rows().reduce((end, { atS, lengthS }) => {
    assert.equal(atS, end);
    return atS + lengthS;
  }, 0);
});

test("two rows in one have the percentiles of both together", () => {
  const series = createSeries();
  for (let second = 0; second < 1_201; second++) {
    series.add(
      row(
        second,
        second % 2 === 0
          ? [[103, 99]]
          : [
              [103, 98],
              [5_119, 1],
            ],
      ),
    );
  }
  const [first] = series.rows();
  assert.deepEqual(first?.heat, [
    [103, 197],
    [5_119, 1],
  ]);
  assert.equal(first?.p99Us, 103);
});

test("no percentile of two rows in one is above the greatest of their values", () => {
  const one = { ...row(0, [[213_000, 1]]), p50Us: 205_731, p99Us: 205_731, maxUs: 205_731 };
  const { p50Us, p99Us, maxUs } = sideBySide(one, one);
  assert.deepEqual([p50Us, p99Us, maxUs], [205_731, 205_731, 205_731]);
});

test("the heat of a histogram holds every call, in stretches that double over eight", () => {
  const histogram = createHistogram();
  for (let us = 1; us <= 100_000; us++) record(histogram, us);
  const { heat } = figuresOf(histogram);
  assert.equal(
    heat.reduce((sum, [, count]) => sum + count, 0),
    100_000,
  );
  assert.ok(heat.length < 16 + 8 * 14);
  heat.reduce((before, [upToUs]) => {
    assert.ok(upToUs > before && (before < 16 || upToUs / before < 1.2), `${before} ${upToUs}`);
    return upToUs;
  }, 0);
});

test("what was added comes out as it went in, from no time at all to the longest that a histogram knows", () => {
  const histogram = createHistogram();
  for (const us of [0, 1, 15, 16, 17, 18, 31, 32, 1_000, 1_000_000, 3_599_999_999, 3_600_000_000, 9e9])
    record(histogram, us);
  const added = { ...row(0, []), ...figuresOf(histogram) };
  const series = createSeries();
  series.add(added);
  series.add(row(1, []));
  assert.deepEqual(series.rows(), [added, row(1, [])]);
});
