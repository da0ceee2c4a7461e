/** One figure for each round, and what it is of. */
export interface Series {
  readonly name: string;
  readonly values: readonly number[];
}

/** The middle of the values, or between the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** One series divided by another *within the same round*: what else the machine does then weighs on both. */
export function ratios(of: Series, than: Series): readonly number[] {
  return of.values.map((value, round) => value / (than.values[round] ?? Number.NaN));
}

/** A table of series beside a base: the median and range of each, and of its ratio to the base. */
export function ratioTable(base: Series, others: readonly Series[], unit: string): string {
  return table([
    ["", "median (range)", `ratio to ${base.name}`],
    ...[base, ...others].map((series) => [series.name, `${range(series.values)} ${unit}`, range(ratios(series, base))]),
  ]);
}

/** Rows in columns of text. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/** The median, and the least and the most. */
export function range(values: readonly number[]): string {
  return `${short(median(values))} (${short(Math.min(...values))}–${short(Math.max(...values))})`;
}

function short(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}
