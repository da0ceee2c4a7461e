/**
 * A clock in nanoseconds since the Unix epoch. It reads the wall clock once and the monotonic clock from then on, so
 * that two readings in a process can be subtracted; it resolves about a microsecond.
 */
export function createEpochClock(): () => bigint {
  const originNs = BigInt(Math.round(performance.timeOrigin * 1_000)) * 1_000n;
  return () => originNs + BigInt(Math.round(performance.now() * 1e6));
}
