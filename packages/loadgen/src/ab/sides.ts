import { randomOf } from "../plan/random.ts";
import type { Schedule } from "../plan/schedule.ts";

/** The two that are compared. */
export type Side = "a" | "b";

/**
 * The slots of one side, out of a schedule for both: of each two slots one is A's and one B's, and the seed decides which
 * comes first, pair by pair, so that neither side always has the same neighbour or the same half of a period.
 */
export function sideSchedule(schedule: Schedule, side: Side, seed: number): Schedule {
  return (pair) => schedule(2 * pair + (firstOf(pair, seed) === side ? 0 : 1));
}

/** Who has the first slot of a pair. Computed from the number of the pair alone, so that both sides know it. */
export function firstOf(pair: number, seed: number): Side {
  return randomOf(Math.imul(pair + 1, 0x9e37_79b1) ^ seed)() < 0.5 ? "a" : "b";
}
