import { refuse, sequenceAhead } from "./refusals.ts";

/**
 * Holds a stream of messages to its numbering. Throws OUT_OF_RANGE for a number from the future, since messages before
 * it are missing, and INVALID_ARGUMENT for one that has been.
 */
export function expectSequence(came: bigint, expected: bigint): void {
  if (came === expected) return;
  if (came > expected) throw sequenceAhead("sequence", { expected, came });
  refuse([{ field: "sequence", description: `expected ${expected}, came ${came}` }]);
}
