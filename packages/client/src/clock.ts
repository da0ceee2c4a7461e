import { setTimeout as timer } from "node:timers/promises";

/** Time and chance, passed in so that what depends on them can be tested without waiting. */
export interface Clock {
  /** Milliseconds since some fixed moment; never runs backwards. */
  nowMs(): number;
  /** Resolves after so long; rejects with the signal's reason when that aborts. */
  pause(durationMs: number, signal: AbortSignal | undefined): Promise<void>;
  /** At least 0 and less than 1. */
  random(): number;
}

/** The clock on the wall and real chance. */
export const realClock: Clock = {
  nowMs: () => performance.now(),
  random: Math.random,
  async pause(durationMs, signal) {
    try {
      await timer(durationMs, undefined, { signal });
    } catch (error) {
      signal?.throwIfAborted();
      throw error;
    }
  },
};
