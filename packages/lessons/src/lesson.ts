import type { Finding } from "./finding.ts";
import type { WorldKind } from "./page.ts";
import type { Sample } from "./sample.ts";
import type { CallPlan, Load, World } from "./world.ts";

/** What a lesson has while it is played. */
export interface Stage<W extends World> {
  readonly world: W;
  /** Performs the page's step of this name. */
  step(name: string): Promise<void>;
  /** Makes calls, and shows what became of them. */
  sample(title: string, plan: CallPlan): Promise<Sample>;
  /** The same on a plain channel to all servers, with the service config that the page's last step of JSON says. */
  plain(title: string, plan: CallPlan): Promise<Sample>;
  /** Makes calls until the answer to `end`, which shows them. */
  load(title: string, plan: Omit<CallPlan, "calls">): Promise<Load>;
  /** Makes calls again and again until what became of them is good. Rejects with the last of it after 20 s. */
  until(what: string, plan: CallPlan, good: (sample: Sample) => boolean): Promise<void>;
  /** Shows a line of what was seen. */
  say(text: string): void;
}

/** A lesson: its page is docs/lessons/NAME.md. */
export interface Lesson {
  readonly name: string;
  readonly worlds: readonly WorldKind[];
  /** Plays it and checks its claim. */
  play(stage: Stage<World>): Promise<readonly Finding[]>;
}

/** Puts together how a lesson is played and what must hold of what was seen; the check is pure and tested by itself. */
export function lesson<Seen>(given: {
  readonly name: string;
  readonly worlds: readonly WorldKind[];
  play(stage: Stage<World>): Promise<Seen>;
  check(seen: Seen): readonly Finding[];
}): Lesson {
  return {
    name: given.name,
    worlds: given.worlds,
    play: async (stage) => given.check(await given.play(stage)),
  };
}
