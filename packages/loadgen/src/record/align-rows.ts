import { join, type SeriesRow, sideBySide } from "./series.ts";

/** Rows of one run, and when its measured phase began, in seconds from the first one's. */
export interface PlacedRows {
  readonly rows: readonly SeriesRow[];
  readonly offsetS: number;
}

/** How far apart the rows of all these runs lie: a power of two, as a run's own are a second, and twice that when it is long. */
export function gridOf(runs: readonly Pick<PlacedRows, "rows">[]): number {
  return Math.max(1, ...runs.map(({ rows }) => 2 ** Math.round(Math.log2(usualLength(rows)))));
}

/**
 * The rows of several runs on one time line. Rows of a second are a little longer than one, and begin anywhere within it: what is on
 * both sides of a border counts on each by its share.
 */
export function alignRows(runs: readonly PlacedRows[]): SeriesRow[] {
  const gridS = gridOf(runs);
  const all = new Map<number, SeriesRow>();
  for (const run of runs) {
    for (const [cell, row] of cellsOf(run, gridS)) {
      const there = all.get(cell);
      all.set(cell, there === undefined ? row : { ...sideBySide(there, row), ...spanOf(there, row) });
    }
  }
  const sorted = [...all.values()].sort((a, b) => a.atS - b.atS);
  return sorted.map((row) => ({ ...row, atS: inMs(row.atS), lengthS: inMs(row.lengthS) }));
}

function cellsOf({ rows, offsetS }: PlacedRows, gridS: number): Map<number, SeriesRow> {
  const cells = new Map<number, SeriesRow>();
  for (const row of rows) {
    for (const [cell, piece] of piecesOf({ ...row, atS: row.atS + offsetS }, gridS)) {
      const there = cells.get(cell);
      cells.set(cell, there === undefined ? piece : join(there, piece));
    }
  }
  return cells;
}

/** A row cut at the borders of the grid. Its calls are dealt out by time, to the last one. */
function piecesOf(row: SeriesRow, gridS: number): [cell: number, piece: SeriesRow][] {
  const endS = row.atS + row.lengthS;
  const [first, last] = [Math.floor(row.atS / gridS), Math.max(0, Math.ceil(endS / gridS) - 1)];
  if (last <= first) return [[first, row]];
  const [planned, started, ok, failed] = [row.planned, row.started, row.ok, row.failed].map(dealer);
  const heat = row.heat.map(([upToUs, count]) => [upToUs, dealer(count)] as const);
  return Array.from({ length: last - first + 1 }, (_, index) => {
    const [fromS, toS] = [Math.max(row.atS, (first + index) * gridS), Math.min(endS, (first + index + 1) * gridS)];
    const share = (toS - row.atS) / row.lengthS;
    const dealt = heat.map(([upToUs, deal]) => [upToUs, deal(share)] as const).filter(([, count]) => count > 0);
    const maxUs = Math.min(row.maxUs, dealt.at(-1)?.[0] ?? 0);
    const piece = {
      ...{ ...row, atS: fromS, lengthS: toS - fromS, heat: dealt, maxUs },
      ...{ planned: planned?.(share) ?? 0, started: started?.(share) ?? 0, ok: ok?.(share) ?? 0 },
      ...{ failed: failed?.(share) ?? 0, p50Us: Math.min(row.p50Us, maxUs), p99Us: Math.min(row.p99Us, maxUs) },
    };
    return [first + index, piece];
  });
}

/** Deals a count out: asked for what lies before this share of it, says how much of that it has not dealt yet. */
function dealer(count: number): (share: number) => number {
  let dealt = 0;
  return (share) => {
    const now = Math.round(count * share) - dealt;
    dealt += now;
    return now;
  };
}

function spanOf(a: SeriesRow, b: SeriesRow): Pick<SeriesRow, "atS" | "lengthS"> {
  const atS = Math.min(a.atS, b.atS);
  return { atS, lengthS: Math.max(a.atS + a.lengthS, b.atS + b.lengthS) - atS };
}

function usualLength(rows: readonly SeriesRow[]): number {
  const sorted = rows.map(({ lengthS }) => lengthS).sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 1;
}

/** As rows are told: in whole ms. */
function inMs(seconds: number): number {
  return Math.round(seconds * 1_000) / 1_000;
}
