const firstMs = 20;
const longestMs = 2_000;

/**
 * How long to wait before the next attempt, in milliseconds: 10 to 20 after the first that got nowhere, then twice as
 * long each time, up to 1,000 to 2,000. The half that is left to chance keeps the callers of a replica that went away
 * from coming back as one.
 */
export function backoffMs(fruitlessAttempts: number, random: () => number): number {
  const boundMs = Math.min(longestMs, firstMs * 2 ** Math.min(fruitlessAttempts, 30));
  return boundMs * (0.5 + random() / 2);
}
