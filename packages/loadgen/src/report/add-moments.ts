import { mergeHealth } from "../judge/merge-health.ts";
import { sideBySide } from "../record/series.ts";
import type { Moment } from "./progress.ts";

/** Where a run is that is made in several parts; undefined when none of them says. */
export function addMoments(moments: readonly Moment[]): Moment | undefined {
  const [first, ...others] = moments;
  if (first === undefined) return undefined;
  const sum = (of: (moment: Moment) => number) => moments.reduce((total, each) => total + of(each), 0);
  const healths = moments.flatMap(({ health }) => health ?? []);
  return {
    ...first,
    askedPerSecond: first.askedPerSecond && sum(({ askedPerSecond = 0 }) => askedPerSecond),
    row: others.reduce((row, each) => sideBySide(row, each.row), first.row),
    failedInAll: sum(({ failedInAll }) => failedInAll),
    health: healths.length === 0 ? undefined : mergeHealth(healths),
  };
}
