import type { Environment, Report } from "../report/report.ts";

/** The form of a calibration; changed when a reader would have to change. */
export const calibrationSchema = "hey-loadgen-calibration/1";

/** What the generator itself can do on this machine, as `calibrate --json` prints it. */
export interface Calibration {
  readonly schema: typeof calibrationSchema;
  /** Wall clock, ISO 8601. */
  readonly startedAt: string;
  readonly environment: Environment;
  readonly engine: string;
  /** In all. */
  readonly connections: number;
  /** How many threads made the calls. */
  readonly workers: number;
  readonly ceiling: Ceiling;
  /** Open loop, by rate. */
  readonly steps: readonly PacedStep[];
  /** The highest of the rates at which the generator was well and kept up; null when it was at none. */
  readonly recommendedPerS: number | null;
}

/** As many calls as the generator can make, one after another's answer. */
interface Ceiling {
  readonly callsPerS: number;
  /** User and system time of the generator's process; with several workers of their threads alone. */
  readonly cpuUsPerCall: number;
  readonly concurrency: number;
  readonly durationMs: number;
}

/** How punctual the generator is at one rate. */
export interface PacedStep {
  readonly askedPerS: number;
  readonly reachedPerS: number;
  /** From the planned to the actual start; null where there are too few calls to say. */
  readonly lateP50Us: number | null;
  readonly lateP99Us: number | null;
  readonly lateMaxUs: number;
  /** Of a core. */
  readonly cpu: number;
  readonly verdict: Report["generator"]["verdict"];
}

/** What a closed loop tells of the ceiling. */
export function ceilingOf({ rates, generator, load }: Report): Ceiling {
  return {
    callsPerS: rates.okPerS,
    cpuUsPerCall: rates.finishedPerS === 0 ? 0 : (generator.cpuMean * 1_000_000) / rates.finishedPerS,
    concurrency: load.concurrency,
    durationMs: rates.windowMs,
  };
}

/** What an open loop tells of one rate. */
export function pacedStep(askedPerS: number, { rates, latency: { lateness }, generator }: Report): PacedStep {
  return {
    askedPerS,
    reachedPerS: rates.okPerS,
    lateP50Us: lateness.percentilesUs["50"] ?? null,
    lateP99Us: lateness.percentilesUs["99"] ?? null,
    lateMaxUs: lateness.maxUs,
    cpu: generator.cpuMean,
    verdict: generator.verdict,
  };
}

/** A rate counts as kept from here on; the rest is in flight when the time is up. */
const keptShare = 0.98;

/** The highest rate at which the generator was well and kept up, and at all lower ones too. */
export function recommended(steps: readonly PacedStep[]): number | null {
  let best: number | null = null;
  for (const { askedPerS, reachedPerS, verdict } of [...steps].sort((a, b) => a.askedPerS - b.askedPerS)) {
    if (verdict !== "ok" || reachedPerS < keptShare * askedPerS) break;
    best = askedPerS;
  }
  return best;
}

/** The rates to try under a ceiling: low ones for punctuality, and shares of it. */
export function ratesToTry(ceilingPerS: number): readonly number[] {
  const shares = [0.1, 0.25, 0.5, 0.7, 0.9].map((share) => Number((ceilingPerS * share).toPrecision(2)));
  return [100, 1_000, ...shares.filter((rate) => rate > 1_000)];
}
