import assert from "node:assert/strict";
import { test } from "node:test";
import { createHistogram, record } from "../record/histogram.ts";
import { figuresOf, type SeriesRow } from "../record/series.ts";
import type { Seen } from "./messages.ts";
import { createTickBoard } from "./tick-board.ts";

/** What a worker saw in a second: calls of as many ms. */
function seenOf(...timesMs: readonly number[]): Seen {
  const response = createHistogram();
  for (const ms of timesMs) record(response, ms * 1_000);
  const count = timesMs.length;
  const books = { planned: count, started: count, ok: count, failed: 0, inFlight: 0, queued: 0 };
  return { moment: undefined, row: { row: { atS: 0, lengthS: 1, ...books, ...figuresOf(response) }, response } };
}

function boardOf(count: number) {
  const rows: SeriesRow[] = [];
  return { rows, board: createTickBoard({ count, show() {}, onRow: (row) => rows.push(row) }) };
}

test("a tick is told once, when the last worker has said what it saw, and its percentiles are those of all calls", () => {
  const { rows, board } = boardOf(2);
  board.note(0, 1, seenOf(1, 1, 1));
  board.note(1, 1, seenOf());
  assert.deepEqual(rows, []);
  board.note(0, 0, seenOf(100));
  assert.deepEqual(
    rows.map(({ ok, p50Us, maxUs }) => [ok, Math.round(p50Us / 1_000), Math.round(maxUs / 1_000)]),
    [[4, 1, 100]],
  );
});

test("a worker that is gone keeps no tick waiting, and what it had said counts", () => {
  const { rows, board } = boardOf(3);
  board.note(0, 0, seenOf(1));
  board.note(0, 2, seenOf(1, 2));
  board.note(1, 0, seenOf(3));
  board.leaveOut(1);
  assert.deepEqual(
    rows.map(({ ok }) => ok),
    [3],
  );
  board.note(1, 2, seenOf(4));
  assert.deepEqual(
    rows.map(({ ok }) => ok),
    [3, 2],
  );
});
