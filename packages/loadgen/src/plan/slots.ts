import type { Schedule } from "./schedule.ts";

/** Every `count`-th slot of a plan from `index` on: of n workers, the i-th has slots i, i + n, i + 2n and so on. */
export interface Slice {
  readonly index: number;
  readonly count: number;
}

/** Of one that does it all. */
export const whole: Slice = { index: 0, count: 1 };

/** A place in a slice of a plan, moved on slot by slot. */
export interface Slots {
  /** How many slots lie behind. */
  readonly index: number;
  /** The slot's number in the whole plan. */
  readonly slot: number;
  /** When it is due, in ms from the start of the plan; `Infinity` after the last one. */
  readonly dueMs: number;
  advance(): void;
}

/** The first place of a slice. */
export function createSlots(schedule: Schedule, { index: first, count }: Slice): Slots {
  const slots = {
    index: 0,
    slot: first,
    dueMs: schedule(first),
    advance() {
      slots.index++;
      slots.slot += count;
      slots.dueMs = schedule(slots.slot);
    },
  };
  return slots;
}
