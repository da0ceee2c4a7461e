/** How the generator itself fared in one stretch of the run, mostly a second. Times in ms. */
export interface Vital {
  /** When the stretch began, in seconds from the start of the measured phase. */
  readonly atS: number;
  readonly lengthS: number;
  /** The longest that a turn of the event loop kept others waiting. */
  readonly loopDelayMs: number;
  /** The share of time in which the event loop was busy, 0 to 1. */
  readonly utilisation: number;
  /** CPU time over time: 1 is one core. */
  readonly cpu: number;
  /** Time in garbage collection. */
  readonly gcMs: number;
  /** How late the latest planned call was looked at; 0 in a closed loop. */
  readonly wakeLateMs: number;
  /** How long the container was denied the CPU by its limit. */
  readonly throttledMs: number;
  readonly rssBytes: number;
}

/** Whether the figures of a run are the server's, or the generator's own. */
export type Verdict = "ok" | "degraded" | "saturated";

/** The judgement on the generator, with the stretches that led to it. */
export interface GeneratorHealth {
  readonly verdict: Verdict;
  readonly reasons: readonly string[];
  /** When each saturated stretch began, in seconds from the start of the measured phase. */
  readonly saturatedS: readonly number[];
  readonly loopDelayMaxMs: number;
  readonly utilisationMax: number;
  readonly cpuMean: number;
  readonly gcTotalMs: number;
  readonly throttledMs: number;
  readonly rssMaxBytes: number;
}

interface Limit {
  readonly words: string;
  readonly degraded: number;
  readonly saturated: number;
  of(vital: Vital): number;
  show(value: number): string;
}

const ms = (value: number) => `${value.toFixed(0)} ms`;
const share = (value: number) => `${(value * 100).toFixed(0)} %`;

const limits: readonly Limit[] = [
  { words: "the event loop stood still for", degraded: 50, saturated: 200, of: (vital) => vital.loopDelayMs, show: ms },
  { words: "calls were started late by", degraded: 50, saturated: 200, of: (vital) => vital.wakeLateMs, show: ms },
  {
    words: "the event loop was busy for",
    degraded: 0.8,
    saturated: 0.95,
    of: (vital) => vital.utilisation,
    show: share,
  },
  {
    words: "the container's CPU limit held it back for",
    degraded: 0.05,
    saturated: 0.2,
    of: (vital) => vital.throttledMs / (vital.lengthS * 1_000),
    show: share,
  },
];

/** One stretch in fifty may be bad before the whole is called so: a run of hours has its hiccups. */
const tolerated = 0.02;

/** Judges the stretches of a run. Those too short to say anything are left out. */
export function judgeGenerator(vitals: readonly Vital[]): GeneratorHealth {
  const judged = vitals.filter(({ lengthS }) => lengthS >= 0.2);
  const reasons: string[] = [];
  const saturated = new Set<number>();
  const degraded = new Set<number>();
  for (const { words, of, show, ...limit } of limits) {
    const over = judged.filter((vital) => of(vital) > limit.degraded);
    for (const vital of over) (of(vital) > limit.saturated ? saturated : degraded).add(vital.atS);
    if (over.length > 0) {
      const most = Math.max(...over.map(of));
      const when = over.slice(0, 3).map(({ atS }) => `${Math.max(0, atS).toFixed(0)} s`);
      reasons.push(
        `${words} up to ${show(most)} (at ${when.join(", ")}${over.length > 3 ? ` and ${over.length - 3} more` : ""})`,
      );
    }
  }
  const bad = (count: number) => count > judged.length * tolerated;
  const verdict = bad(saturated.size) ? "saturated" : bad(saturated.size + degraded.size) ? "degraded" : "ok";
  const most = (of: (vital: Vital) => number) => vitals.reduce((max, vital) => Math.max(max, of(vital)), 0);
  const sum = (of: (vital: Vital) => number) => vitals.reduce((total, vital) => total + of(vital), 0);
  const lengthS = sum((vital) => vital.lengthS);
  return {
    verdict,
    reasons,
    saturatedS: [...saturated].sort((a, b) => a - b),
    loopDelayMaxMs: most(({ loopDelayMs }) => loopDelayMs),
    utilisationMax: most(({ utilisation }) => utilisation),
    cpuMean: lengthS > 0 ? sum((vital) => vital.cpu * vital.lengthS) / lengthS : 0,
    gcTotalMs: sum(({ gcMs }) => gcMs),
    throttledMs: sum(({ throttledMs }) => throttledMs),
    rssMaxBytes: most(({ rssBytes }) => rssBytes),
  };
}
