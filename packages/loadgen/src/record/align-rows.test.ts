import assert from "node:assert/strict";
import { test } from "node:test";
import { alignRows } from "./align-rows.ts";
import type { SeriesRow } from "./series.ts";

/** Rows of one steady rate, each of which is as long as given. */
function steady({ rows = 600, lengthS = 1, perS = 100, inFlight = 3 }): SeriesRow[] {
  const calls = Math.round(perS * lengthS);
  return Array.from({ length: rows }, (_, index) => ({
    ...{ atS: index * lengthS, lengthS, planned: calls, started: calls, ok: calls, failed: 0, inFlight, queued: 0 },
    ...{ p50Us: 1_000, p99Us: 5_000, maxUs: 5_050 },
    heat: [
      [1_023, calls - 10],
      [5_119, 10],
    ],
  }));
}

const planned = (rows: readonly SeriesRow[]) => rows.reduce((sum, row) => sum + row.planned, 0);

test("rows of one run that lie on whole seconds stay as they are", () => {
  const rows = steady({});
  assert.deepEqual(alignRows([{ rows, offsetS: 0 }]), rows);
});

for (const [what, runs] of [
  [
    "a little longer than a second each",
    [
      { rows: steady({ lengthS: 1.0005 }), offsetS: 0 },
      { rows: steady({}), offsetS: 0.4 },
    ],
  ],
  [
    "of two seconds and of one",
    [
      { rows: steady({ lengthS: 2, rows: 300 }), offsetS: 0 },
      { rows: steady({}), offsetS: 0 },
    ],
  ],
] as const) {
  test(`rows ${what} add up to a steady rate without dips, spikes, or a call lost`, () => {
    const rows = alignRows(runs);
    assert.equal(
      planned(rows),
      runs.reduce((sum, run) => sum + planned(run.rows), 0),
    );
    for (const row of rows.slice(1, 290)) {
      assert.ok(Math.abs(row.planned / row.lengthS - 200) <= 2, JSON.stringify(row));
      assert.ok(row.p50Us <= row.p99Us && row.p99Us <= row.maxUs, JSON.stringify(row));
      assert.equal(row.inFlight, 6);
    }
    rows.reduce((endS, { atS, lengthS }) => {
      assert.ok(Math.abs(atS - endS) < 0.002, `${atS} ${endS}`);
      return atS + lengthS;
    }, 0);
  });
}

test("runs one after another keep the time between them", () => {
  const rows = alignRows([
    { rows: steady({ rows: 2 }), offsetS: 0 },
    { rows: steady({ rows: 2 }), offsetS: 60.25 },
  ]);
  assert.deepEqual(
    rows.map(({ atS, lengthS, planned }) => [atS, lengthS, planned]),
    [
      [0, 1, 100],
      [1, 1, 100],
      [60.25, 0.75, 75],
      [61, 1, 100],
      [62, 0.25, 25],
    ],
  );
});
