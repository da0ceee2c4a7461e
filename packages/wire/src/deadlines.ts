import type { Stream } from "./stream.ts";
import { longestTimerMs } from "./timer.ts";

/** A look through the calls in flight is paid for by so many times its length without one, but never by longer. */
const restPerLook = 10;
const longestRestMs = 20;

/**
 * Deadlines without a timer per call: one timer stands at the earliest deadline when it was set. Calls that end in time never
 * touch it; when it fires, the calls in flight are looked through once, and it is set to the earliest of those that are left,
 * but not so soon that looking took the time that calls need: with ten thousands in flight deadlines are seen up to some 20 ms late.
 */
export class Deadlines {
  readonly #streams: () => readonly Stream[];
  readonly #expire: (stream: Stream) => void;
  readonly #nowMs: () => number;
  #timer: NodeJS.Timeout | undefined;
  #timerAtMs = Number.POSITIVE_INFINITY;
  #restUntilMs = 0;

  constructor(streams: () => readonly Stream[], expire: (stream: Stream) => void, nowMs: () => number) {
    this.#streams = streams;
    this.#expire = expire;
    this.#nowMs = nowMs;
  }

  /** A call with this deadline has begun. */
  add(deadlineMs: number): void {
    if (deadlineMs < this.#timerAtMs) this.#set(deadlineMs);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timerAtMs = Number.POSITIVE_INFINITY;
  }

  readonly #look = (): void => {
    this.#timerAtMs = Number.POSITIVE_INFINITY;
    const now = this.#nowMs();
    let earliest = Number.POSITIVE_INFINITY;
    for (const stream of this.#streams()) {
      // A callback of an earlier one may have ended it, and its slot may hold a new call.
      if (stream.id === 0) continue;
      if (stream.deadlineMs <= now) this.#expire(stream);
      else if (stream.deadlineMs < earliest) earliest = stream.deadlineMs;
    }
    const afterMs = this.#nowMs();
    this.#restUntilMs = afterMs + Math.min(longestRestMs, (afterMs - now) * restPerLook);
    if (earliest < this.#timerAtMs) this.#set(earliest);
  };

  #set(deadlineMs: number): void {
    clearTimeout(this.#timer);
    this.#timerAtMs = deadlineMs;
    // Rounded up: a timer that fires early would look in vain.
    const lookAtMs = Math.max(deadlineMs, this.#restUntilMs);
    const waitMs = Math.min(longestTimerMs, Math.max(1, Math.ceil(lookAtMs - this.#nowMs())));
    this.#timer = setTimeout(this.#look, waitMs);
    // The socket keeps the process alive while calls are in flight.
    this.#timer.unref();
  }
}
