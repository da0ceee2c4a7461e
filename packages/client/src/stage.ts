import type { Clock } from "./clock.ts";
import type { HeyHow } from "./hey-how.ts";
import type { Score } from "./score.ts";

/** What everything that the program does at once has in common. */
export interface Stage {
  readonly heyHow: HeyHow;
  readonly score: Score;
  readonly clock: Clock;
  /** Begin nothing more, and end what runs at the next good place. */
  readonly stop: AbortSignal;
  /** Aborts a little later: leave what has not ended by itself. */
  readonly cut: AbortSignal;
}
