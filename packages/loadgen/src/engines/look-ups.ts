import { movePlaces } from "./move-places.ts";
import type { Place } from "./place.ts";

/** However many places look for a connection, a name is not looked up again sooner. */
const everyMs = 1_000;

/** Later look-ups of a target that was just looked up. */
export interface LookUps {
  /** Moves the places that have no connection to where the target is now, unless it was looked up a moment ago. */
  again(): Promise<void>;
  /** What was full of the places' former addresses. */
  readonly formerlyFull: readonly Pick<Place, "address" | "fullAt">[];
}

export function createLookUps(places: readonly Place[], lookUp: () => Promise<readonly string[]>): LookUps {
  const formerlyFull: Pick<Place, "address" | "fullAt">[] = [];
  let lookedUpMs = performance.now();
  return {
    formerlyFull,
    async again() {
      if (performance.now() - lookedUpMs < everyMs) return;
      lookedUpMs = Number.POSITIVE_INFINITY; // One at a time.
      try {
        formerlyFull.push(...movePlaces(places, await lookUp()));
      } catch {
        // What was known is tried on.
      } finally {
        lookedUpMs = performance.now();
      }
    },
  };
}
