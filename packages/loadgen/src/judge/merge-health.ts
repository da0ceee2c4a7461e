import { type GeneratorHealth, verdicts } from "./verdict.ts";

/** Of several generators: the worst verdict, since one bad generator is enough; what adds up is added up. */
export function mergeHealth(all: readonly GeneratorHealth[]): GeneratorHealth {
  const sum = (of: (health: GeneratorHealth) => number) => all.reduce((total, health) => total + of(health), 0);
  const most = (of: (health: GeneratorHealth) => number) => Math.max(...all.map(of));
  return {
    verdict: verdicts[most(({ verdict }) => verdicts.indexOf(verdict))] ?? "saturated",
    reasons: all.flatMap(({ reasons }) => reasons),
    saturatedS: [...new Set(all.flatMap(({ saturatedS }) => saturatedS))].sort((a, b) => a - b),
    loopDelayMaxMs: most(({ loopDelayMaxMs }) => loopDelayMaxMs),
    utilisationMax: most(({ utilisationMax }) => utilisationMax),
    cpuMean: sum(({ cpuMean }) => cpuMean),
    gcTotalMs: sum(({ gcTotalMs }) => gcTotalMs),
    throttledMs: sum(({ throttledMs }) => throttledMs),
    rssMaxBytes: most(({ rssMaxBytes }) => rssMaxBytes),
  };
}

/** Of the threads of one: the worst is the generator's verdict; what is wrong says whose it is, where there are several. */
export function healthOfThreads(threads: readonly GeneratorHealth[]): GeneratorHealth {
  if (threads.length === 1) return mergeHealth(threads);
  const merged = mergeHealth(
    threads.map((health, index) => ({
      ...health,
      reasons: health.reasons.map((reason) => `worker ${index + 1} of ${threads.length}: ${reason}`),
    })),
  );
  // Each was told what the whole process was denied.
  return { ...merged, throttledMs: Math.max(...threads.map(({ throttledMs }) => throttledMs)) };
}
