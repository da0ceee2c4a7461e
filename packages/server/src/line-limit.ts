/** How important a log line is: a routine line leaves half of the limit to those about failures. */
export type LineKind = "routine" | "notable";

/** Decides which lines are written, and counts those that are not. */
export interface LineLimit {
  /** Whether this line may be written now. */
  admit(kind: LineKind, nowMs: number): boolean;
  /** How many lines were not written since it was last asked. */
  takeSuppressed(): number;
}

/** At most so many lines in each second; the seconds are counted from the first line, not slid. */
export function createLineLimit(linesPerSecond: number): LineLimit {
  const routineShare = Math.ceil(linesPerSecond / 2);
  let secondEndsMs = Number.NEGATIVE_INFINITY;
  let written = 0;
  let suppressed = 0;
  return {
    admit(kind, nowMs) {
      if (nowMs >= secondEndsMs) {
        secondEndsMs = nowMs + 1_000;
        written = 0;
      }
      if (written >= (kind === "routine" ? routineShare : linesPerSecond)) {
        suppressed++;
        return false;
      }
      written++;
      return true;
    },
    takeSuppressed() {
      const count = suppressed;
      suppressed = 0;
      return count;
    },
  };
}
