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
  const seriesOf = (wanted: string) => series.find(({ name }) => name === wanted);
  return table([
    ["target", "median (range)", ""],
    ...targets.map((target) => {
      const { is, times } = target;
      const of = seriesOf(target.of);
      const than = seriesOf(target.than);
      const title = `${target.of} / ${target.than} ${is} ${times}`;
      if (of === undefined || than === undefined) return [title, "-", "NOT MEASURED"];
      const values = ratios(of, than);
      const holds = (ratio: number) => (is === "at most" ? ratio <= times : ratio >= times);
      const rounds = values.filter(holds).length;
      const verdict = holds(median(values)) ? "holds" : "MISSED";
      return [title, range(values), `${verdict} (in ${rounds} of ${values.length} rounds)`];
    }),
  ]);
}
