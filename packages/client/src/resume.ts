import { status } from "@grpc/grpc-js";
import { StatusError } from "@hey/rpc";
import { backoffMs } from "./backoff.ts";
import { isBroken } from "./broken.ts";
import type { Clock } from "./clock.ts";

/** A stream that goes on again after a break: told with the first message that arrives then. */
export interface Resumption {
  /** Why the stream before ended. */
  readonly code: status;
  readonly message: string;
  /** The time without a message: from the last one before to the first one after, or from the start of the call. */
  readonly gapMs: number;
  /** How many attempts it took. */
  readonly attempts: number;
  /** Whether it ended only because each attempt has a deadline. */
  readonly renewal: boolean;
}

/** How a stream is kept going. */
export interface ResumePolicy {
  /** The deadline of each attempt, in milliseconds; a stream that runs into it goes on in another attempt. */
  readonly attemptMs: number;
  /** How many attempts in a row may bring no message before the stream fails. */
  readonly fruitlessAttempts: number;
}

export interface Resumable<Message> extends ResumePolicy {
  /** Makes the call once, from where the conversation has got to. */
  attempt(options: { readonly deadlineMs: number; readonly signal: AbortSignal | undefined }): AsyncIterable<Message>;
  /** Notes a message before it is handed on. */
  received(message: Message): void;
  /** Whether the conversation has all that it is going to get: a break then is its end. */
  complete(): boolean;
  /** Whether an error is the caller's own and not the call's. */
  isForeign?(error: unknown): boolean;
  readonly clock: Clock;
  readonly signal?: AbortSignal | undefined;
  readonly onResumed?: ((resumption: Resumption) => void) | undefined;
}

/**
 * The messages of one attempt after another until the conversation is complete, a stream ends with OK, or it fails for
 * good. Throws a StatusError: the call's own when it is no break, the last one's when too many attempts in a row
 * brought nothing, CANCELLED when the signal aborts.
 */
export async function* resume<Message>(resumable: Resumable<Message>): AsyncGenerator<Message, void, undefined> {
  const { clock, signal, attemptMs, fruitlessAttempts } = resumable;
  let quietSinceMs = clock.nowMs();
  let fruitless = 0;
  let broken: { readonly error: StatusError; readonly attempts: number } | undefined;
  for (;;) {
    try {
      for await (const message of resumable.attempt({ deadlineMs: attemptMs, signal })) {
        if (broken !== undefined) tell(broken, clock.nowMs() - quietSinceMs);
        broken = undefined;
        fruitless = 0;
        resumable.received(message);
        yield message;
        // Not when it arrived but when the reader was done with it: a slow reader is no gap.
        quietSinceMs = clock.nowMs();
      }
      return;
    } catch (error) {
      if (resumable.isForeign?.(error) || signal?.aborted || !goesOn(error)) throw error;
      if (resumable.complete()) return;
      if (++fruitless > fruitlessAttempts) {
        const { code, message, details } = error;
        const words = `gave up after ${fruitlessAttempts} attempts in a row without a message: ${message}`;
        throw new StatusError(code, words, details, { cause: error });
      }
      broken = { error: broken?.error ?? error, attempts: (broken?.attempts ?? 0) + 1 };
    }
    await pauseBefore();
  }

  function tell({ error, attempts }: NonNullable<typeof broken>, gapMs: number) {
    const renewal = error.code === status.DEADLINE_EXCEEDED;
    resumable.onResumed?.({ code: error.code, message: error.message, gapMs, attempts, renewal });
  }

  async function pauseBefore() {
    // Renewing a stream that was going well is nothing to wait for.
    if (fruitless === 1 && broken?.error.code === status.DEADLINE_EXCEEDED) return;
    try {
      await clock.pause(backoffMs(fruitless - 1, clock.random), signal);
    } catch (error) {
      if (!signal?.aborted) throw error;
      throw new StatusError(status.CANCELLED, "cancelled by the caller", [], { cause: signal.reason });
    }
  }
}

function goesOn(error: unknown): error is StatusError {
  return isBroken(error) || (error instanceof StatusError && error.code === status.DEADLINE_EXCEEDED);
}
