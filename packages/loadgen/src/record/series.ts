import { endOf, heatStretches, stretchOf } from "./heat.ts";
import { bucketOf, type Histogram, highestOf, percentile } from "./histogram.ts";

/** What happened in one stretch of the measured phase. */
export interface SeriesRow {
  /** When it began, in seconds from the start of the measured phase. */
  readonly atS: number;
  readonly lengthS: number;
  readonly planned: number;
  readonly started: number;
  readonly ok: number;
  readonly failed: number;
  /** At its end. */
  readonly inFlight: number;
  readonly queued: number;
  /** Of the response times of the calls that ended; 0 when none did. */
  readonly p50Us: number;
  readonly p99Us: number;
  readonly maxUs: number;
  /** Calls that ended, by response time: pairs of a value in µs, which they did not exceed, and a count. */
  readonly heat: readonly (readonly [upToUs: number, count: number])[];
}

/** The most rows kept. One more makes every two into one of twice the length, so that a day is no larger than an hour. */
const mostRows = 1_200;

export interface Series {
  /** Made anew at each call. */
  rows(): readonly SeriesRow[];
  add(row: SeriesRow): void;
}

/** What a row has of plain numbers, a column each. */
const columns = [
  "atS",
  "lengthS",
  "planned",
  "started",
  "ok",
  "failed",
  "inFlight",
  "queued",
  "p50Us",
  "p99Us",
  "maxUs",
] as const;

/**
 * An empty series. Its numbers lie in two arrays that are there from the start: rows kept as objects would be what a long run makes
 * the most of, and V8 would give them ever more room.
 */
export function createSeries(): Series {
  const numbers = new Float64Array((mostRows + 1) * columns.length);
  const heats = new Float64Array((mostRows + 1) * heatStretches);
  let length = 0;

  function write(place: number, row: SeriesRow): void {
    for (const [index, column] of columns.entries()) numbers[place * columns.length + index] = row[column];
    const heat = heats.subarray(place * heatStretches, (place + 1) * heatStretches).fill(0);
    for (const [upToUs, count] of row.heat) heat[stretchOf(upToUs)] = count;
  }

  function read(place: number): SeriesRow {
    const row = Object.fromEntries(
      columns.map((column, index) => [column, numbers[place * columns.length + index]]),
    ) as Record<(typeof columns)[number], number>;
    const heat: [number, number][] = [];
    for (let stretch = 0; stretch < heatStretches; stretch++) {
      const count = heats[place * heatStretches + stretch] as number;
      if (count > 0) heat.push([endOf(stretch), count]);
    }
    return { ...row, heat };
  }

  return {
    rows: () => Array.from({ length }, (_, place) => read(place)),
    add(row) {
      write(length++, row);
      if (length <= mostRows) return;
      for (let pair = 0; pair * 2 < length; pair++) {
        const first = read(pair * 2);
        write(pair, pair * 2 + 1 < length ? join(first, read(pair * 2 + 1)) : first);
      }
      length = Math.ceil(length / 2);
    },
  };
}

/** A row and the one after it in one of their time together. */
export function join(first: SeriesRow, second: SeriesRow): SeriesRow {
  const { inFlight, queued } = second;
  return {
    ...sideBySide(first, second),
    lengthS: first.lengthS + second.lengthS,
    inFlight,
    queued,
  };
}

/** Two rows of the same time in one: what two generators saw. */
export function sideBySide(first: SeriesRow, second: SeriesRow): SeriesRow {
  const heat = new Map<number, number>();
  for (const [upToUs, count] of [...first.heat, ...second.heat]) heat.set(upToUs, (heat.get(upToUs) ?? 0) + count);
  const sorted = [...heat].sort(([a], [b]) => a - b);
  const maxUs = Math.max(first.maxUs, second.maxUs);
  return {
    atS: first.atS,
    lengthS: Math.max(first.lengthS, second.lengthS),
    planned: first.planned + second.planned,
    started: first.started + second.started,
    ok: first.ok + second.ok,
    failed: first.failed + second.failed,
    inFlight: first.inFlight + second.inFlight,
    queued: first.queued + second.queued,
    // A stretch of heat may end above the greatest value in it.
    p50Us: Math.min(fromHeat(sorted, 50), maxUs),
    p99Us: Math.min(fromHeat(sorted, 99), maxUs),
    maxUs,
    heat: sorted,
  };
}

function fromHeat(heat: SeriesRow["heat"], percent: number): number {
  const total = heat.reduce((sum, [, count]) => sum + count, 0);
  let seen = 0;
  for (const [upToUs, count] of heat) {
    seen += count;
    if (seen >= Math.ceil((percent / 100) * total)) return upToUs;
  }
  return 0;
}

/** The figures of a row that come from a histogram. Eight stretches of heat for each doubling of the time. */
export function figuresOf(histogram: Histogram): Pick<SeriesRow, "p50Us" | "p99Us" | "maxUs" | "heat"> {
  const heat: [number, number][] = [];
  let limit = 0;
  for (let index = 0; index < histogram.counts.length; index++) {
    const count = histogram.counts[index] as number;
    if (count === 0) continue;
    if (index > limit || heat.length === 0) {
      limit = bucketOf(heatLimit(highestOf(index)));
      heat.push([heatLimit(highestOf(index)), 0]);
    }
    const last = heat.at(-1);
    if (last !== undefined) last[1] += count;
  }
  return {
    p50Us: percentile(histogram, 50),
    p99Us: percentile(histogram, 99),
    maxUs: histogram.maxUs,
    heat,
  };
}

/** The end of the stretch that a value lies in, in whole µs. */
function heatLimit(us: number): number {
  return endOf(stretchOf(us));
}
