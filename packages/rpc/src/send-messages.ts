import type { Writable } from "node:stream";
import { writeMessages } from "./messages.ts";

/** The sending side of a call while the other side is awaited. */
export interface Sending extends Disposable {
  /** What the messages threw, if that is why the call failed. */
  readonly failure: { readonly thrown: unknown } | undefined;
}

/**
 * Sends a call's messages at the pace the server takes them. When producing them fails the call is cancelled; when it
 * is over, which disposing says, the producer is told to stop, sent or not.
 */
export function sendMessages<T>(call: Writable & { cancel(): void }, messages: AsyncIterable<T>): Sending {
  const over = new AbortController();
  let failure: Sending["failure"];
  writeMessages(call, messages, over.signal).then(
    () => call.end(),
    (thrown) => {
      if (over.signal.aborted) return; // the server had heard enough, or the call failed for a reason of its own
      failure = { thrown };
      call.cancel();
    },
  );
  return {
    get failure() {
      return failure;
    },
    [Symbol.dispose]: () => over.abort(),
  };
}
