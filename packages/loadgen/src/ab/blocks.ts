import { createHistogram, type Histogram, merge, record } from "../record/histogram.ts";
import type { Side } from "./sides.ts";

/** What one side's calls, planned in one stretch of time, became. */
interface Tally {
  readonly response: Histogram;
  failed: number;
}

/** One stretch of time, in which both sides met the same conditions. */
export type Block = Readonly<Record<Side, Tally>>;

/** The calls of both sides by the stretch of time that they were planned in. */
export interface Blocks {
  /** Times in ms from the start of the measured phase. */
  add(side: Side, dueMs: number, responseUs: number, failed: boolean): void;
  readonly list: readonly Block[];
  /** How long each of them is. */
  readonly lengthMs: number;
}

/** How long a stretch is at first. */
const finestMs = 250;
/** One more makes every two into one of twice the length, so that a day needs no more memory than a minute. */
const mostBlocks = 128;

/** No calls yet. */
export function createBlocks(): Blocks {
  let list: Block[] = [];
  let lengthMs = finestMs;
  return {
    get list() {
      return list;
    },
    get lengthMs() {
      return lengthMs;
    },
    add(side, dueMs, responseUs, failed) {
      while (dueMs >= lengthMs * mostBlocks) {
        list = halved(list);
        lengthMs *= 2;
      }
      const index = Math.max(0, Math.floor(dueMs / lengthMs));
      while (list.length <= index) list.push({ a: createTally(), b: createTally() });
      const tally = (list[index] as Block)[side];
      record(tally.response, responseUs);
      if (failed) tally.failed++;
    },
  };
}

function createTally(): Tally {
  return { response: createHistogram(), failed: 0 };
}

function halved(list: readonly Block[]): Block[] {
  const pairs: Block[] = [];
  for (let index = 0; index < list.length; index += 2) {
    const [block, next] = list.slice(index, index + 2) as [Block, Block?];
    for (const side of ["a", "b"] as const) {
      if (next === undefined) break;
      merge(block[side].response, next[side].response);
      block[side].failed += next[side].failed;
    }
    pairs.push(block);
  }
  return pairs;
}
