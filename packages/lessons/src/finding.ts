import { count } from "@hey/client";
import { binomialBounds } from "./binomial.ts";

/** One thing that a lesson claims, and whether it was so. */
export interface Finding {
  readonly what: string;
  readonly expected: string;
  readonly seen: string;
  readonly holds: boolean;
}

/** Exactly this number. */
export function exactly(what: string, expected: number, seen: number): Finding {
  return { what, expected: count(expected), seen: count(seen), holds: seen === expected };
}

/** At least this number; `why` says where it comes from. */
export function atLeast(what: string, least: number, seen: number, why = ""): Finding {
  return { what, expected: `${count(least)} or more${because(why)}`, seen: count(seen), holds: seen >= least };
}

/** At most this number; `why` says where it comes from. */
export function atMost(what: string, most: number, seen: number, why = ""): Finding {
  return { what, expected: `at most ${count(most)}${because(why)}`, seen: count(seen), holds: seen <= most };
}

export interface Draws {
  readonly seen: number;
  readonly of: number;
  readonly probability: number;
  /** The standard deviation of the probability, where that is drawn by chance itself; default 0. */
  readonly spread?: number;
}

/** So many standard deviations are left by a normal draw once in a million times, on both sides together. */
const outermost = 4.9;

/** A share of draws as chance allows it: more or fewer come once in a million times. */
export function byChance(what: string, { seen, of, probability, spread = 0 }: Draws): Finding {
  const { min } = binomialBounds(of, Math.max(0, probability - outermost * spread));
  const { max } = binomialBounds(of, Math.min(1, probability + outermost * spread));
  const share = `${Number((probability * 100).toFixed(1))} % of ${count(of)} draws`;
  return {
    what,
    expected: `${count(min)} to ${count(max)} (${share}, by chance)`,
    seen: count(seen),
    holds: of > 0 && seen >= min && seen <= max,
  };
}

function because(why: string): string {
  return why === "" ? "" : ` (${why})`;
}

/** The findings of a lesson, a line each, without a line end at its end. */
export function findingsText(findings: readonly Finding[]): string {
  return findings
    .map(
      ({ what, expected, seen, holds }) =>
        `  ${holds ? "holds" : "FAILS"}  ${what}: expected ${expected}, seen ${seen}`,
    )
    .join("\n");
}
