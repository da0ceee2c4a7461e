/** What became of a conversation's numbered messages, compared with its known end. */
export interface Counts {
  /** Messages as they arrived, every one. */
  readonly received: number;
  /** Numbers from 1 to the end that never arrived. */
  readonly lost: number;
  /** Arrivals of a number that had arrived before: each one after the first. */
  readonly duplicated: number;
  /** First arrivals of a number after a higher one had arrived. */
  readonly outOfOrder: number;
  /** Arrivals of a number that nobody asked for: 0, or past the end. They count as received and as nothing else. */
  readonly unasked: number;
}

/** No messages at all. */
export const noCounts: Counts = { received: 0, lost: 0, duplicated: 0, outOfOrder: 0, unasked: 0 };

/** Counts the numbers of one conversation as they arrive, before anything is removed or put in order. */
export interface Tally {
  receive(sequence: bigint): void;
  /** The first number that has not arrived: where to go on after a broken stream. */
  readonly next: bigint;
  /** The highest number that has arrived; 0 for none. */
  readonly highest: bigint;
  /** The counts if the conversation's last message is number `end`. Ask again with another end, or later. */
  counts(end: bigint): Counts;
}

/** Starts a tally. `first` is the number that the conversation begins with. Memory: the numbers that are ahead of a gap. */
export function createTally(first = 1n): Tally {
  let received = 0;
  let duplicated = 0;
  let outOfOrder = 0;
  let below = 0;
  let next = first;
  let highest = first - 1n;
  const ahead = new Set<bigint>();

  return {
    get next() {
      return next;
    },
    get highest() {
      return highest;
    },
    receive(sequence) {
      received++;
      if (sequence < first) below++;
      else if (sequence < next || ahead.has(sequence)) duplicated++;
      else {
        if (sequence < highest) outOfOrder++;
        else highest = sequence;
        ahead.add(sequence);
        while (ahead.delete(next)) next++;
      }
    },
    counts(end) {
      let unasked = below;
      let arrived = (next <= end ? next : end + 1n) - first;
      if (next > end + 1n) unasked += Number(next - end - 1n);
      for (const sequence of ahead) {
        if (sequence <= end) arrived++;
        else unasked++;
      }
      const lost = Number(end - first + 1n - arrived);
      return { received, lost, duplicated, outOfOrder, unasked };
    },
  };
}

/** Both together. */
export function addCounts(a: Counts, b: Counts): Counts {
  return {
    received: a.received + b.received,
    lost: a.lost + b.lost,
    duplicated: a.duplicated + b.duplicated,
    outOfOrder: a.outOfOrder + b.outOfOrder,
    unasked: a.unasked + b.unasked,
  };
}
