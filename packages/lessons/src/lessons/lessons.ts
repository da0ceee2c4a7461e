import type { Lesson } from "../lesson.ts";
import { canary } from "./canary.ts";
import { circuitBreaking } from "./circuit-breaking.ts";
import { controlPlaneDeath } from "./control-plane-death.ts";
import { drain } from "./drain.ts";
import { failover } from "./failover.ts";
import { faults } from "./faults.ts";
import { headerRouting } from "./header-routing.ts";
import { hedging } from "./hedging.ts";
import { outliers } from "./outliers.ts";
import { retries } from "./retries.ts";
import { retryStorm } from "./retry-storm.ts";
import { ringHash } from "./ring-hash.ts";
import { scale } from "./scale.ts";

/** All lessons, in the order in which they are best taken. */
export const lessons: readonly Lesson[] = [
  scale,
  drain,
  canary,
  headerRouting,
  faults,
  retries,
  retryStorm,
  hedging,
  outliers,
  circuitBreaking,
  failover,
  ringHash,
  controlPlaneDeath,
];
