import type { Readable, Writable } from "node:stream";
import { abortRace } from "./abort-race.ts";
import { decoded } from "./undecodable.ts";
import { wakeOn } from "./wakeup.ts";

/**
 * The messages of a gRPC stream, pulled one at a time, so that the sender is held back to the reader's pace. What
 * the stream holds when it fails is yielded before its error is thrown; grpc-js has by then dropped whatever had arrived
 * but was not asked for, so a resuming caller counts from what it was given. Throws the signal's reason when it aborts.
 */
export async function* readMessages<T>(stream: Readable, signal: AbortSignal): AsyncGenerator<T, void, undefined> {
  let failure: { readonly error: unknown } | undefined;
  // Stays on for good: cancelling a call makes it emit one more error, and an error nobody listens to ends the process.
  stream.on("error", (error) => {
    failure ??= { error };
  });
  using wakeup = wakeOn(stream, ["readable", "end", "close", "error"], signal);
  for (;;) {
    signal.throwIfAborted();
    const message: T | null = stream.read();
    if (message !== null) yield decoded(message);
    else if (failure !== undefined) throw failure.error;
    else if (stream.readableEnded || stream.destroyed) return;
    else await wakeup.next();
  }
}

/**
 * Writes every message to a gRPC stream, asking for the next only when the reader has taken enough of those before.
 * Rejects with what the messages throw, or with the signal's reason when it aborts; the producer is told to stop.
 */
export async function writeMessages<T>(
  stream: Writable,
  messages: AsyncIterable<T>,
  signal: AbortSignal,
): Promise<void> {
  const producer = messages[Symbol.asyncIterator]();
  using overtaken = abortRace(signal);
  using wakeup = wakeOn(stream, ["drain", "close", "error"], signal);
  try {
    for (;;) {
      const { done, value } = await overtaken.race(producer.next());
      if (done) return;
      stream.write(value);
      while (stream.writableNeedDrain && !stream.destroyed && !signal.aborted) await wakeup.next();
      signal.throwIfAborted();
    }
  } catch (error) {
    // Not awaited: a producer that waits for something of its own would hold up the end of the call.
    producer.return?.().catch(() => {});
    throw error;
  }
}
