import type { Clock } from "../drive/clock.ts";

/** Calls that were started while there was no connection, in order: each waits for one until its deadline. */
export class ParkedCalls {
  readonly #clock: Clock;
  readonly #expire: (tag: number) => void;
  readonly #deadlineMs = new Map<number, number>();
  #wakeMs = Number.POSITIVE_INFINITY;
  #cancelWake = () => {};

  /** `expire` is told of a call whose deadline has passed, which then is no longer among them. */
  constructor(clock: Clock, expire: (tag: number) => void) {
    this.#clock = clock;
    this.#expire = expire;
  }

  /** The calls as they are now: those who look may take them out on the way. */
  tags(): readonly number[] {
    return [...this.#deadlineMs.keys()];
  }

  /** `deadlineMs` is on the clock; `Infinity` for none. */
  add(tag: number, deadlineMs: number): void {
    this.#deadlineMs.set(tag, deadlineMs);
    if (deadlineMs < this.#wakeMs) this.#wakeAt(deadlineMs);
  }

  /** False: it is not among them. */
  delete(tag: number): boolean {
    const isThere = this.#deadlineMs.delete(tag);
    if (this.#deadlineMs.size === 0) this.#wakeAt(Number.POSITIVE_INFINITY);
    return isThere;
  }

  readonly #look = (): void => {
    const now = this.#clock.now();
    for (const [tag, deadlineMs] of this.#deadlineMs) if (deadlineMs <= now) this.#end(tag);
    this.#wakeAt(
      [...this.#deadlineMs.values()].reduce((first, each) => Math.min(first, each), Number.POSITIVE_INFINITY),
    );
  };

  #end(tag: number): void {
    this.#deadlineMs.delete(tag);
    this.#expire(tag);
  }

  #wakeAt(atMs: number): void {
    this.#cancelWake();
    this.#cancelWake = atMs < Number.POSITIVE_INFINITY ? this.#clock.wakeAt(atMs, this.#look) : () => {};
    this.#wakeMs = atMs;
  }
}
