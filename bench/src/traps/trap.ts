/** One trap, met for real: what was expected, what came, and whether that is within the bound. */
export interface Finding {
  readonly trap: string;
  readonly what: string;
  readonly expected: string;
  readonly seen: string;
  /** Undefined: shown, and not judged. */
  readonly held: boolean | undefined;
}

/** Whether a value is what it has to be, to a share of it. */
export function near(value: number, expected: number, share: number): boolean {
  return Math.abs(value - expected) <= expected * share;
}

/** A time in µs for a table. */
export function shown(us: number | null | undefined): string {
  if (us === null || us === undefined) return "n/a";
  return us >= 1_000_000 ? `${(us / 1e6).toFixed(2)} s` : us >= 1_000 ? `${(us / 1e3).toFixed(2)} ms` : `${us} µs`;
}
