import { setTimeout } from "node:timers/promises";

/**
 * Resolves after so many nanoseconds, to the nearest millisecond above. Rejects with the signal's own reason when it
 * aborts, and leaves no timer behind.
 */
export async function pause(ns: bigint, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  try {
    await setTimeout(Math.ceil(Number(ns) / 1e6), undefined, { signal });
  } catch {
    signal.throwIfAborted();
  }
}
