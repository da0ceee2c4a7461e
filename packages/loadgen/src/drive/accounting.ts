/** The books of a phase. They balance: planned = started + dropped + queued, started = finished + cancelled. */
export interface Accounting {
  /** Slots that were due. */
  readonly planned: number;
  readonly started: number;
  /** Slots given up because too many calls were in flight. */
  readonly dropped: number;
  /** Slots that were due, were to wait, and had not been started at the end. */
  readonly queued: number;
  /** Calls that ended by themselves, well or not. */
  readonly finished: number;
  /** Calls that were still in flight when the drain was over, and were cut off. */
  readonly cancelled: number;
}

/** What is wrong with the books, in words; nothing for good ones. */
export function imbalance({ planned, started, dropped, queued, finished, cancelled }: Accounting): readonly string[] {
  const problems: string[] = [];
  if (planned !== started + dropped + queued) {
    problems.push(`planned ${planned} ≠ started ${started} + dropped ${dropped} + queued ${queued}`);
  }
  if (started !== finished + cancelled) {
    problems.push(`started ${started} ≠ finished ${finished} + cancelled ${cancelled}`);
  }
  return problems;
}

/** The books of several phases or workers in one. */
export function addUp(books: readonly Accounting[]): Accounting {
  const sum = (of: (each: Accounting) => number) => books.reduce((total, each) => total + of(each), 0);
  return {
    planned: sum(({ planned }) => planned),
    started: sum(({ started }) => started),
    dropped: sum(({ dropped }) => dropped),
    queued: sum(({ queued }) => queued),
    finished: sum(({ finished }) => finished),
    cancelled: sum(({ cancelled }) => cancelled),
  };
}
