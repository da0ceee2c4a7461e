/** What a step at one rate came to. `saturated`: nothing about the server, since the generator was too slow itself. */
export type StepResult = "met" | "missed" | "saturated";

export interface Tried {
  readonly perSecond: number;
  readonly result: StepResult;
}

export interface SearchRange {
  readonly fromPerSecond: number;
  readonly toPerSecond: number;
  /** How close the highest rate that meets and the lowest that misses have to come, as a share. */
  readonly precision: number;
}

/** What to do after the steps so far. */
export type Move =
  /** `rise`: twice the rate; `repeat`: once more, since it may have been chance; `narrow`: between; `confirm`: the found rate. */
  | { readonly kind: "try"; readonly perSecond: number; readonly purpose: "rise" | "repeat" | "narrow" | "confirm" }
  | { readonly kind: "end"; readonly outcome: Outcome };

/** How a search ended. `perSecond` is the highest rate that met what was asked, in those that have one. */
export type Outcome =
  /** It met twice, and `missedPerSecond`, a little above, did not. */
  | { readonly kind: "found"; readonly perSecond: number; readonly missedPerSecond: number }
  /** The highest rate that was to be tried met twice. */
  | { readonly kind: "top"; readonly perSecond: number }
  /** The generator could not make calls fast enough to find out. */
  | { readonly kind: "generator"; readonly perSecond: number | undefined; readonly saturatedPerSecond: number }
  /** Not even the lowest rate met. */
  | { readonly kind: "none"; readonly missedPerSecond: number }
  /** The results contradict each other for too long. */
  | { readonly kind: "unsteady"; readonly perSecond: number | undefined };

/** A search that has not ended by then does not end. */
const mostSteps = 60;

/**
 * The next step of a search for the highest rate that meets. Doubles the rate until one misses (twice, for a hiccup must not
 * end the rise early), then halves what is between, by ratio, and tries the rate found once more. A rate that met and then
 * missed counts as missed, so that every step brings the search forward.
 */
export function nextMove({ fromPerSecond, toPerSecond, precision }: SearchRange, tried: readonly Tried[]): Move {
  const last = tried.at(-1);
  if (last === undefined) return { kind: "try", perSecond: fromPerSecond, purpose: "rise" };
  const times = (perSecond: number, result: StepResult) =>
    tried.filter((each) => each.perSecond === perSecond && each.result === result).length;
  const missedAt = (perSecond: number) => times(perSecond, "missed") > 0 && !isForgiven(perSecond);
  // Before anything has missed for good, one miss is forgiven to a rate that met when it was repeated.
  function isForgiven(perSecond: number): boolean {
    const at = tried.filter((each) => each.perSecond === perSecond);
    return at[0]?.result === "missed" && at[1]?.result === "met" && times(perSecond, "missed") === 1;
  }
  const missed = tried.filter(({ perSecond }) => missedAt(perSecond)).map(({ perSecond }) => perSecond);
  const high = Math.min(...missed);
  const met = tried.filter(({ perSecond, result }) => result === "met" && perSecond < high);
  const low = met.reduce<number | undefined>((most, { perSecond }) => Math.max(most ?? 0, perSecond), undefined);

  if (last.result === "saturated") {
    return times(last.perSecond, "saturated") < 2
      ? { kind: "try", perSecond: last.perSecond, purpose: "repeat" }
      : { kind: "end", outcome: { kind: "generator", perSecond: low, saturatedPerSecond: last.perSecond } };
  }
  if (tried.length >= mostSteps) return { kind: "end", outcome: { kind: "unsteady", perSecond: low } };
  const rising = missed.every((perSecond) => perSecond === last.perSecond);
  if (
    last.result === "missed" &&
    rising &&
    tried.filter(({ perSecond }) => perSecond === last.perSecond).length === 1
  ) {
    return { kind: "try", perSecond: last.perSecond, purpose: "repeat" };
  }
  if (low === undefined) {
    // What met before has missed since: begin lower down, but not below what was to be tried.
    if (high <= fromPerSecond) return { kind: "end", outcome: { kind: "none", missedPerSecond: high } };
    return { kind: "try", perSecond: fromPerSecond, purpose: "narrow" };
  }
  const sure = times(low, "met") >= 2;
  if (!Number.isFinite(high)) {
    if (low < toPerSecond) return { kind: "try", perSecond: Math.min(toPerSecond, low * 2), purpose: "rise" };
    if (sure) return { kind: "end", outcome: { kind: "top", perSecond: low } };
    return { kind: "try", perSecond: low, purpose: "confirm" };
  }
  const between = rounded(Math.sqrt(low * high));
  if (high / low > 1 + precision && between > low && between < high) {
    return { kind: "try", perSecond: between, purpose: "narrow" };
  }
  if (sure) return { kind: "end", outcome: { kind: "found", perSecond: low, missedPerSecond: high } };
  return { kind: "try", perSecond: low, purpose: "confirm" };
}

/** Three digits: more would be a precision that nobody measured. */
function rounded(perSecond: number): number {
  return Number(perSecond.toPrecision(3));
}
