import type { Lesson } from "../lesson.ts";
import { canary } from "./canary.ts";
import { drain } from "./drain.ts";
import { scale } from "./scale.ts";

/** All lessons, in the order in which they are best taken. */
export const lessons: readonly Lesson[] = [scale, drain, canary];
