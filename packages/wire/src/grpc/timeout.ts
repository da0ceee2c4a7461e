const mostDigits = 99_999_999;
const units = [
  ["u", 0.001],
  ["m", 1],
  ["S", 1000],
  ["M", 60_000],
  ["H", 3_600_000],
] as const;

/** The `grpc-timeout` of a time in ms: at most eight digits and the smallest unit they reach with, rounded up; 1 µs at least. */
export function timeoutValue(timeoutMs: number): string {
  const whole = Number.isInteger(timeoutMs) ? units.slice(1) : units;
  for (const [unit, unitMs] of whole) {
    const amount = Math.max(1, Math.ceil(Number((timeoutMs / unitMs).toFixed(6))));
    if (amount <= mostDigits) return `${amount}${unit}`;
  }
  return `${mostDigits}H`;
}
