import type { SeriesRow } from "../record/series.ts";

/** A value's place on an axis, 0 to 1, and the values worth a label. */
export interface Scale {
  at(value: number): number;
  readonly ticks: readonly number[];
}

/** The time of the measured phase, from its start. */
export function timeScale(rows: readonly SeriesRow[]): Scale {
  const last = rows.at(-1);
  const end = Math.max(0.001, last === undefined ? 1 : last.atS + last.lengthS);
  return { at: (value) => value / end, ticks: steps(end) };
}

/** From 0 to a little above `max`, with labels so far apart at least. */
export function linearScale(max: number, leastStep: number): Scale {
  const top = max > 0 ? max * 1.05 : 1;
  return { at: (value) => value / top, ticks: steps(top, 0, leastStep) };
}

/** By ratio, with a little room on both sides. Both are above 0. */
export function logScale(min: number, max: number): Scale {
  const low = Math.log10(min) - 0.02;
  const high = Math.max(low + 0.1, Math.log10(max) + 0.02);
  const ticks: number[] = [];
  for (let power = Math.floor(low); power <= high; power++) {
    for (const digit of high - low < 2 ? [1, 2, 5] : [1]) {
      const value = digit * 10 ** power;
      if (Math.log10(value) >= low && Math.log10(value) <= high) ticks.push(value);
    }
  }
  const [from, to] = [10 ** low, 10 ** high];
  return {
    at: (value) => (Math.log10(value) - low) / (high - low),
    // Between values that are close together there may be none that round, and they are as good as evenly apart.
    ticks: ticks.length > 1 ? ticks : steps(to - from, from).filter((value) => value <= to),
  };
}

/** Shares by the number of their nines: a value is 1 / (1 − share). */
export function ninesScale(max: number): Scale {
  const high = Math.max(1, Math.log10(max));
  const ticks = [1, 2, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000].filter(
    (value) => Math.log10(value) <= high,
  );
  return { at: (value) => Math.log10(Math.max(1, value)) / high, ticks };
}

/** Round values along so much from `from` on: three to eight of them, or fewer where they would be closer than `leastStep`. */
function steps(length: number, from = 0, leastStep = 0): number[] {
  const rough = length / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const roundStep = ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10) * power;
  const step = Math.max(leastStep, roundStep);
  const first = Math.ceil(from / step);
  return Array.from({ length: Math.floor((from + length) / step) - first + 1 }, (_, index) => (first + index) * step);
}
