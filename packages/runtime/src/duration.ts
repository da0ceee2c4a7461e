const unitsMs = [
  ["h", 3_600_000],
  ["m", 60_000],
  ["s", 1_000],
  ["ms", 1],
] as const;

/** Reads `250ms`, `10s`, `1m30s` into milliseconds; `undefined` for anything else, a number without its unit included. */
export function parseDuration(text: string): number | undefined {
  const match = /^(?:([\d.]+)h)?(?:([\d.]+)m)?(?:([\d.]+)s)?(?:([\d.]+)ms)?$/.exec(text);
  if (match === null || text === "") return undefined;
  const totalMs = unitsMs.reduce((sum, [, unitMs], index) => sum + Number(match[index + 1] ?? 0) * unitMs, 0);
  // To the microsecond, so that 1.005s is 1005 and not 1004.9999999999999.
  return Number.isFinite(totalMs) ? Math.round(totalMs * 1_000) / 1_000 : undefined;
}

/** The shortest text that `parseDuration` reads back into as many milliseconds. */
export function formatDuration(durationMs: number): string {
  const [unit, unitMs] = unitsMs.find(([, size]) => durationMs >= size && durationMs % size === 0) ?? ["ms", 1];
  return durationMs === 0 ? "0s" : `${durationMs / unitMs}${unit}`;
}
