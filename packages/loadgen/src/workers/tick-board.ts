import { merged } from "../record/histogram.ts";
import { figuresOf, type SeriesRow, sideBySide } from "../record/series.ts";
import { addMoments } from "../report/add-moments.ts";
import type { Moment } from "../report/progress.ts";
import type { Seen } from "./messages.ts";

export interface TickBoardOptions {
  /** How many workers there are. */
  readonly count: number;
  show(moment: Moment): void;
  onRow(row: SeriesRow): void;
}

/** What the workers saw at each tick, added up once all who are left have said it. */
export interface TickBoard {
  note(tick: number, worker: number, seen: Seen): void;
  /** This one will say no more: the others are no longer kept waiting by it. */
  leaveOut(worker: number): void;
}

export function createTickBoard({ count, show, onRow }: TickBoardOptions): TickBoard {
  const byTick = new Map<number, Map<number, Seen>>();
  const leftOut = new Set<number>();

  function showWhole(tick: number): void {
    const seen = byTick.get(tick) ?? new Map<number, Seen>();
    for (let worker = 0; worker < count; worker++) if (!seen.has(worker) && !leftOut.has(worker)) return;
    byTick.delete(tick);
    const there = [...seen.values()];
    const rows = there.flatMap(({ row }) => (row === undefined ? [] : [row]));
    const [first, ...others] = rows.map(({ row }) => row);
    // The times come from all the counts of this second, and not from the threads' own figures.
    if (first !== undefined)
      onRow({ ...others.reduce(sideBySide, first), ...figuresOf(merged(rows.map(({ response }) => response))) });
    const moment = addMoments(there.flatMap((each) => (each.moment === undefined ? [] : [each.moment])));
    if (moment !== undefined) show(moment);
  }

  return {
    note(tick, worker, seen) {
      byTick.set(tick, (byTick.get(tick) ?? new Map()).set(worker, seen));
      showWhole(tick);
    },
    leaveOut(worker) {
      leftOut.add(worker);
      for (const tick of byTick.keys()) showWhole(tick);
    },
  };
}
