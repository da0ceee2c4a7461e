import type { EventEmitter } from "node:events";

/** Waits for the next event of a stream. */
export interface Wakeup extends Disposable {
  /** Resolves at the next of the events, or when the signal aborts. Check the state before and after: never why. */
  next(): Promise<void>;
}

/** Listens once for a stream's whole life, where `events.once` would add and remove its listeners for every message. */
export function wakeOn(emitter: EventEmitter, events: readonly string[], signal: AbortSignal): Wakeup {
  let wake: (() => void) | undefined;
  const onEvent = () => wake?.();
  for (const event of events) emitter.on(event, onEvent);
  signal.addEventListener("abort", onEvent);
  return {
    next: () =>
      new Promise((resolve) => {
        wake = resolve;
      }),
    [Symbol.dispose]() {
      for (const event of events) emitter.off(event, onEvent);
      signal.removeEventListener("abort", onEvent);
    },
  };
}
