import { median, range, ratios, type Series, table } from "./ratios.ts";

/** How the figures of two contenders are to stand to each other: that of `of`, divided by that of `than`. */
export interface Target {
  readonly of: string;
  readonly than: string;
  readonly is: "at most" | "at least";
  readonly times: number;
}

/** A line for each target: what came of it, and whether it holds by the median of the rounds; one whose contender is missing says so. */
export function targetTable(targets: readonly Target[], series: readonly Series[]): string {
  return table([
    ["target", "median (range)", ""],
    ...targets.map((target) => {
      const title = `${target.of} / ${target.than} ${target.is} ${target.times}`;
      const values = measured(target, series);
      if (values === undefined) return [title, "-", "NOT MEASURED"];
      const rounds = values.filter((ratio) => holds(target, ratio)).length;
      const verdict = holds(target, median(values)) ? "holds" : "MISSED";
      return [title, range(values), `${verdict} (in ${rounds} of ${values.length} rounds)`];
    }),
  ]);
}

/** Whether a target does not hold; one whose contender is missing is none. */
export function anyMissed(targets: readonly Target[], series: readonly Series[]): boolean {
  return targets.some((target) => {
    const values = measured(target, series);
    return values !== undefined && !holds(target, median(values));
  });
}

function measured(target: Target, series: readonly Series[]): readonly number[] | undefined {
  const of = series.find(({ name }) => name === target.of);
  const than = series.find(({ name }) => name === target.than);
  return of === undefined || than === undefined ? undefined : ratios(of, than);
}

function holds({ is, times }: Target, ratio: number): boolean {
  return is === "at most" ? ratio <= times : ratio >= times;
}
