/** One figure for each round, and what it is of. */
export interface Series {
  readonly name: string;
  readonly values: readonly number[];
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/**
 * A table of series beside a base: the median and range of each, and of its ratio to the base *within the same round*: what else
 * the machine does then weighs on both.
 */
export function ratioTable(base: Series, others: readonly Series[], unit: string): string {
  const rows = [base, ...others].map(({ name, values }) => {
    const ratios = values.map((value, round) => value / (base.values[round] ?? Number.NaN));
    return [name, `${range(values)} ${unit}`, range(ratios)];
  });
  const header = ["", "median (range)", `ratio to ${base.name}`];
  const widths = header.map((_, column) => Math.max(...[header, ...rows].map((row) => row[column]?.length ?? 0)));
  return [header, ...rows]
    .map((row) =>
      row
        .map((cell, column) => (cell ?? "").padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

function range(values: readonly number[]): string {
  return `${short(median(values))} (${short(Math.min(...values))}–${short(Math.max(...values))})`;
}

function short(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}
