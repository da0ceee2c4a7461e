import { createHealthTally, type GeneratorHealth, type Vital } from "../judge/verdict.ts";

/** The judgement on these stretches. */
export function judged(...vitals: readonly Vital[]): GeneratorHealth {
  const tally = createHealthTally();
  for (const vital of vitals) tally.add(vital);
  return tally.health();
}
