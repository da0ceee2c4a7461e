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
  readonly rows: readonly SeriesRow[];
  add(row: SeriesRow): void;
}

/** An empty series. */
export function createSeries(): Series {
  let rows: SeriesRow[] = [];
  return {
    get rows() {
      return rows;
    },
    add(row) {
      rows.push(row);
      if (rows.length <= mostRows) return;
      const pairs: SeriesRow[] = [];
      for (let index = 0; index < rows.length; index += 2) pairs.push(join(rows.slice(index, index + 2)));
      rows = pairs;
    },
  };
}

function join(pair: readonly SeriesRow[]): SeriesRow {
  const [first, second] = pair as [SeriesRow, SeriesRow?];
  if (second === undefined) return first;
  const { inFlight, queued } = second;
  return { ...sideBySide(first, second), lengthS: first.lengthS + second.lengthS, inFlight, queued };
}

/** Two rows of the same time in one: what two generators saw. */
export function sideBySide(first: SeriesRow, second: SeriesRow): SeriesRow {
  const heat = new Map<number, number>();
  for (const [upToUs, count] of [...first.heat, ...second.heat]) heat.set(upToUs, (heat.get(upToUs) ?? 0) + count);
  const sorted = [...heat].sort(([a], [b]) => a - b);
  return {
    atS: first.atS,
    lengthS: Math.max(first.lengthS, second.lengthS),
    planned: first.planned + second.planned,
    started: first.started + second.started,
    ok: first.ok + second.ok,
    failed: first.failed + second.failed,
    inFlight: first.inFlight + second.inFlight,
    queued: first.queued + second.queued,
    p50Us: fromHeat(sorted, 50),
    p99Us: fromHeat(sorted, 99),
    maxUs: Math.max(first.maxUs, second.maxUs),
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

/** The end of the stretch that a value lies in: whole µs, eight to each doubling. */
function heatLimit(us: number): number {
  if (us < 16) return us;
  const step = 2 ** (Math.floor(Math.log2(us)) - 3);
  return Math.ceil((us + 1) / step) * step - 1;
}
