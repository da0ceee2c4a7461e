import type { LoadPlan } from "../plan/load.ts";
import { createSlots, type Slice, whole } from "../plan/slots.ts";

/** A worker's part of a number of things; the first ones have one more where it does not come out even. */
export function partOf(total: number, { index, count }: Slice): number {
  return Math.floor(total / count) + (index < total % count ? 1 : 0);
}

/** How many of `total` slots from the slot `first` on are a worker's: those of its place in each round of all workers. */
export function slotsOf(total: number, first: number, { index, count }: Slice): number {
  const before = (slot: number) => Math.max(0, Math.ceil((slot - index) / count));
  return before(first + total) - before(first);
}

/**
 * A worker's part of a plan: the same slots in time, of which the drive takes every `count`-th; its part of the calls that
 * may be in flight, and of the number of calls.
 */
export function workerPlan(plan: LoadPlan, slice: Slice, warmupMs: number): LoadPlan {
  const { mode, total } = plan;
  if (mode.kind === "closed") {
    const concurrency = partOf(mode.concurrency, slice);
    return { ...plan, mode: { ...mode, concurrency }, total: Number.isFinite(total) ? partOf(total, slice) : total };
  }
  return {
    ...plan,
    mode: { ...mode, maxInFlight: partOf(mode.maxInFlight, slice) },
    total: Number.isFinite(total) ? slotsOf(total, firstAfter(warmupMs, mode.schedule()), slice) : total,
  };
}

/** The first slot after the warm-up, whose calls are not among those asked for. */
function firstAfter(warmupMs: number, schedule: (slot: number) => number): number {
  const slots = createSlots(schedule, whole);
  while (slots.dueMs < warmupMs) slots.advance();
  return slots.slot;
}
