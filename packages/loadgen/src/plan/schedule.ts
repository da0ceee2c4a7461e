import { randomOf } from "./random.ts";

/**
 * When each slot of the plan is due: slot 0, 1, 2 and so on → milliseconds from the start, `Infinity` when there is no
 * such slot. A slot's time is computed from its number alone and never from the slot before, so that no error adds up.
 * A schedule may keep a place: ask for slots in rising order.
 */
export type Schedule = (slot: number) => number;

/** A stretch of time whose rate goes in a straight line from one value to another; equal values hold it. */
export interface Stage {
  readonly durationMs: number;
  readonly fromPerSecond: number;
  readonly toPerSecond: number;
}

/** How many calls are planned when. */
export type Load =
  | { readonly kind: "constant"; readonly perSecond: number }
  | { readonly kind: "stages"; readonly stages: readonly Stage[] }
  /** mean + amplitude × sin(2π t / period); the amplitude is at most the mean. */
  | { readonly kind: "sine"; readonly mean: number; readonly amplitude: number; readonly periodMs: number }
  /** One rate, and another one for the last part of each period. */
  | {
      readonly kind: "spike";
      readonly basePerSecond: number;
      readonly peakPerSecond: number;
      readonly peakMs: number;
      readonly periodMs: number;
    }
  /** Offsets in ms from the start, in rising order. */
  | { readonly kind: "trace"; readonly offsetsMs: ArrayLike<number> };

/** `even`: as far apart as the rate says; `poisson`: at random, as independent callers come, determined by the seed. */
export type Arrival = { readonly kind: "even" } | { readonly kind: "poisson"; readonly seed: number };

/** The schedule of a load. */
export function createSchedule(load: Load, arrival: Arrival = { kind: "even" }): Schedule {
  const whenPlanned = inverse(load);
  if (arrival.kind === "even" || load.kind === "trace") return whenPlanned;
  // Arrivals of rate 1 in "expected calls so far", carried over to time by the load's own clock: the rate may vary.
  const random = randomOf(arrival.seed);
  let reached = -1;
  let expected = 0;
  let lost = 0;
  return (slot) => {
    for (; reached < slot; reached++) {
      // Compensated, so that the millionth sum is as good as the first.
      const step = -Math.log(1 - random()) - lost;
      const sum = expected + step;
      lost = sum - expected - step;
      expected = sum;
    }
    return whenPlanned(expected);
  };
}

/** When as many calls are planned as `slot` says; it need not be whole. */
function inverse(load: Load): (slot: number) => number {
  switch (load.kind) {
    case "constant":
      return (slot) => (slot * 1000) / load.perSecond;
    case "stages":
      return inverseOfStages(load.stages);
    case "sine":
      return inverseOfSine(load);
    case "spike":
      return inverseOfSpike(load);
    case "trace":
      return (slot) => load.offsetsMs[slot] ?? Number.POSITIVE_INFINITY;
  }
}

function inverseOfStages(stages: readonly Stage[]): (slot: number) => number {
  let startMs = 0;
  let before = 0;
  const parts = stages.map(({ durationMs, fromPerSecond, toPerSecond }) => {
    const part = {
      startMs,
      before,
      after: before + (((fromPerSecond + toPerSecond) / 2) * durationMs) / 1000,
      perMs: fromPerSecond / 1000,
      // The rate's rise, halved: slots(t) = perMs t + bend t².
      bend: (toPerSecond - fromPerSecond) / 1000 / (2 * durationMs),
    };
    startMs += durationMs;
    before = part.after;
    return part;
  });
  let at = 0;
  return (slot) => {
    if (at > 0 && slot < (parts[at]?.before ?? 0)) at = 0;
    while (at < parts.length && slot >= (parts[at]?.after ?? 0)) at++;
    const part = parts[at];
    if (part === undefined) return Number.POSITIVE_INFINITY;
    const rest = slot - part.before;
    if (rest === 0) return part.startMs;
    // This form of the quadratic's solution holds for a bend of 0 too.
    // Rounding may take what is under the root below 0 at the end of a line that falls to nothing.
    const root = Math.sqrt(Math.max(0, part.perMs ** 2 + 4 * part.bend * rest));
    return part.startMs + (2 * rest) / (part.perMs + root);
  };
}

function inverseOfSine({ mean, amplitude, periodMs }: Extract<Load, { kind: "sine" }>): (slot: number) => number {
  const inPeriod = (mean * periodMs) / 1_000;
  const swing = amplitude / mean;
  return (slot) => {
    const period = Math.floor(slot / inPeriod);
    return (period + phaseOf(2 * Math.PI * (slot / inPeriod - period), swing) / (2 * Math.PI)) * periodMs;
  };
}

/**
 * Where in a period so much of it is planned: solves θ + swing (1 − cos θ) = share, as planets are found, by Newton's steps. Where one
 * leads out of what is known to hold the answer (the rate may fall to 0 and the curve be flat) that is halved instead.
 */
function phaseOf(share: number, swing: number): number {
  let low = Math.max(0, share - 2 * swing);
  let high = share;
  let phase = Math.max(low, share - swing * (1 - Math.cos(share)));
  for (let step = 0; step < 64; step++) {
    const over = phase + swing * (1 - Math.cos(phase)) - share;
    if (over > 0) high = phase;
    else low = phase;
    const next = phase - over / (1 + swing * Math.sin(phase));
    const taken = next >= low && next <= high ? next : (low + high) / 2;
    if (Math.abs(taken - phase) < 1e-13) return taken;
    phase = taken;
  }
  return phase;
}

function inverseOfSpike(load: Extract<Load, { kind: "spike" }>): (slot: number) => number {
  const { basePerSecond, peakPerSecond, peakMs, periodMs } = load;
  const baseMs = periodMs - peakMs;
  const [inBase, inPeak] = [(basePerSecond * baseMs) / 1_000, (peakPerSecond * peakMs) / 1_000];
  return (slot) => {
    const period = Math.floor(slot / (inBase + inPeak));
    const rest = slot - period * (inBase + inPeak);
    const ms = rest < inBase ? (rest * 1_000) / basePerSecond : baseMs + ((rest - inBase) * 1_000) / peakPerSecond;
    return period * periodMs + ms;
  };
}

/** How long the plan of a load is in ms; `Infinity` for one that goes on. */
export function lengthMs(load: Load): number {
  if (load.kind === "stages") return load.stages.reduce((sum, { durationMs }) => sum + durationMs, 0);
  if (load.kind === "trace") return (load.offsetsMs[load.offsetsMs.length - 1] ?? 0) + 1;
  return Number.POSITIVE_INFINITY;
}
