/** How the generator itself fared in one stretch of the run, mostly a second. Times in ms. */
export interface Vital {
  /** When the stretch began, in seconds from the start of the measured phase. */
  readonly atS: number;
  readonly lengthS: number;
  /** How much of it lay in the measured phase, before the end of the plan: what it weighs in the judgement. */
  readonly measuredS: number;
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
export type Verdict = (typeof verdicts)[number];

/** From the best to the worst. */
export const verdicts = ["ok", "degraded", "saturated"] as const;

/** The judgement on the generator, with the stretches that led to it. */
export interface GeneratorHealth {
  readonly verdict: Verdict;
  readonly reasons: readonly string[];
  /** When each saturated stretch began, in seconds from the start of the measured phase: at most the first 3,600. */
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

/** A standstill from here on is noticed. */
const stillFromS = 0.05;

const limits: readonly Limit[] = [
  {
    words: "the event loop stood still for",
    degraded: stillFromS * 1_000,
    saturated: 200,
    of: (vital) => vital.loopDelayMs,
    show: ms,
  },
  {
    words: "calls were started late by",
    degraded: stillFromS * 1_000,
    saturated: 200,
    of: (vital) => vital.wakeLateMs,
    show: ms,
  },
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

/** A fiftieth of the time may be bad before the whole is called so: a run of hours has its hiccups. */
const tolerated = 0.02;
/** Of the time that it stood still: whoever was to be called then waited, so that above this p99 is the generator's own. */
const toleratedStill = 0.01;
/** What is shorter says nothing. */
const judgedFromS = 0.2;
const mostSaturatedS = 3_600;
/** How many times a reason names. */
const namedTimes = 3;

/** The stretches of a run added up as they come, so that one of weeks takes no more memory than one of minutes. */
export interface HealthTally {
  add(vital: Vital): void;
  /** The judgement on all of them so far. */
  health(): GeneratorHealth;
}

export function createHealthTally(): HealthTally {
  const overs = limits.map(() => ({ count: 0, most: 0, firstS: [] as number[] }));
  const saturatedS: number[] = [];
  const totals = {
    lengthS: 0,
    loopDelayMaxMs: 0,
    utilisationMax: 0,
    cpuS: 0,
    gcTotalMs: 0,
    throttledMs: 0,
    rssMaxBytes: 0,
  };
  // Seconds and not stretches: who stands still makes one stretch of all that time.
  let judgedS = 0;
  let saturatedForS = 0;
  let badForS = 0;
  let stillForS = 0;

  function judge(vital: Vital): void {
    judgedS += vital.measuredS;
    totals.utilisationMax = Math.max(totals.utilisationMax, vital.utilisation);
    let worst: Verdict = "ok";
    for (const [index, limit] of limits.entries()) {
      const value = limit.of(vital);
      const over = overs[index];
      if (over === undefined || value <= limit.degraded) continue;
      over.count++;
      over.most = Math.max(over.most, value);
      if (over.firstS.length < namedTimes) over.firstS.push(Math.max(0, vital.atS));
      if (worst !== "saturated") worst = value > limit.saturated ? "saturated" : "degraded";
    }
    if (worst !== "ok") badForS += vital.measuredS;
    const stillS = Math.max(vital.loopDelayMs, vital.wakeLateMs) / 1_000;
    if (stillS > stillFromS) stillForS += Math.min(stillS, vital.measuredS);
    if (worst !== "saturated") return;
    saturatedForS += vital.measuredS;
    if (saturatedS.length < mostSaturatedS) saturatedS.push(vital.atS);
  }

  return {
    add(vital) {
      if (vital.lengthS >= judgedFromS) judge(vital);
      totals.lengthS += vital.measuredS;
      totals.loopDelayMaxMs = Math.max(totals.loopDelayMaxMs, vital.loopDelayMs);
      totals.cpuS += vital.cpu * vital.measuredS;
      totals.gcTotalMs += vital.gcMs;
      totals.throttledMs += vital.throttledMs;
      totals.rssMaxBytes = Math.max(totals.rssMaxBytes, vital.rssBytes);
    },
    health() {
      const { lengthS, cpuS, ...others } = totals;
      const tooLong = (badS: number) => badS > judgedS * tolerated;
      const isDegraded = tooLong(badForS) || stillForS > judgedS * toleratedStill;
      return {
        verdict: tooLong(saturatedForS) ? "saturated" : isDegraded ? "degraded" : "ok",
        reasons: limits.flatMap(({ words, show }, index) => {
          const { count, most, firstS } = overs[index] ?? { count: 0, most: 0, firstS: [] };
          if (count === 0) return [];
          const more = count > firstS.length ? ` and ${count - firstS.length} more` : "";
          return [`${words} up to ${show(most)} (at ${firstS.map((atS) => `${atS.toFixed(0)} s`).join(", ")}${more})`];
        }),
        saturatedS: [...saturatedS],
        ...others,
        cpuMean: lengthS > 0 ? cpuS / lengthS : 0,
      };
    },
  };
}
