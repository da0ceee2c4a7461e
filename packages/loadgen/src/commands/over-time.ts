import type { Report } from "../report/report.ts";

/** What runs of several generators, at the same time or one after another, come to a second. */
export interface OverTime {
  /** How long any of them measured. */
  readonly windowMs: number;
  /**
   * A figure of runs that overlap is added up; of stretches that do not it is the mean over their time. `lengthMs`: the time
   * that the figure is over, where that is not the run's window.
   */
  mean(of: (report: Report) => number, lengthMs?: (report: Report) => number): number;
}

/** Finds out which runs overlapped. */
export function overTime(reports: readonly Report[]): OverTime {
  const stretches = stretchesOf(reports);
  const windowOf = ({ rates }: Report) => rates.windowMs;
  const timeOf = (stretch: readonly Report[], lengthMs: (report: Report) => number) =>
    Math.max(...stretch.map(lengthMs));
  const sum = <T>(all: readonly T[], of: (each: T) => number) => all.reduce((total, each) => total + of(each), 0);
  return {
    windowMs: sum(stretches, (stretch) => timeOf(stretch, windowOf)),
    mean(of, lengthMs = windowOf) {
      const totalMs = sum(stretches, (stretch) => timeOf(stretch, lengthMs));
      return totalMs === 0 ? 0 : sum(stretches, (stretch) => sum(stretch, of) * timeOf(stretch, lengthMs)) / totalMs;
    },
  };
}

/** When the measured phase of a run began, on the wall clock in ms. */
export function measuredFromMs({ run, load }: Report): number {
  return Date.parse(run.startedAt) + load.warmupMs;
}

/** Runs by stretches of time without a gap between their windows. */
function stretchesOf(reports: readonly Report[]): readonly (readonly Report[])[] {
  const stretches: Report[][] = [];
  let endMs = Number.NEGATIVE_INFINITY;
  for (const report of [...reports].sort((a, b) => measuredFromMs(a) - measuredFromMs(b))) {
    const fromMs = measuredFromMs(report);
    if (fromMs < endMs) stretches.at(-1)?.push(report);
    else stretches.push([report]);
    endMs = Math.max(endMs, fromMs + report.rates.windowMs);
  }
  return stretches;
}
