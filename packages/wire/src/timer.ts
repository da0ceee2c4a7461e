/** Longer ones are taken for 1 ms by `setTimeout`, Infinity too. */
export const longestTimerMs = 0x7fff_ffff;

/** A timer for any time; one for Infinity never fires. Returns what stops it. */
export function startTimer(waitMs: number, fire: () => void): () => void {
  let timer: NodeJS.Timeout | undefined;
  const wait = (leftMs: number) => {
    const isLast = leftMs <= longestTimerMs;
    timer = setTimeout(() => (isLast ? fire() : wait(leftMs - longestTimerMs)), isLast ? leftMs : longestTimerMs);
  };
  if (waitMs !== Number.POSITIVE_INFINITY) wait(waitMs);
  return () => clearTimeout(timer);
}
