import { status } from "@grpc/grpc-js";
import { StatusError } from "@hey/rpc";
import type { Clock } from "./clock.ts";

/** How a call ended; for a stream that is resumed, one of its attempts. */
export interface CallEnd {
  /** The method's path, such as "/heyhow.v1.HeyHowService/Say". */
  readonly method: string;
  readonly code: status;
  /** The status message; empty for OK. */
  readonly message: string;
  readonly durationMs: number;
  /** The address that answered; undefined when no replica was reached. */
  readonly peer: string | undefined;
}

/** Sees each call begin and, exactly once, end. Must not throw. */
export interface CallObserver {
  started?(method: string): void;
  ended?(end: CallEnd): void;
}

/** One call that is watched. Disposing it before its end was told means that the caller walked away: CANCELLED. */
export interface WatchedCall extends Disposable {
  onPeer(address: string): void;
  end(code: status, message?: string): void;
}

/** Tells the observer of a call that begins now. */
export function watchCall(observer: CallObserver | undefined, method: string, clock: Clock): WatchedCall {
  const startedAtMs = clock.nowMs();
  let peer: string | undefined;
  let ended = false;
  observer?.started?.(method);
  function end(code: status, message = "") {
    if (ended) return;
    ended = true;
    observer?.ended?.({ method, code, message, durationMs: clock.nowMs() - startedAtMs, peer });
  }
  return {
    onPeer(address) {
      peer = address;
    },
    end,
    [Symbol.dispose]: () => end(status.CANCELLED, "the caller walked away"),
  };
}

/** A stream that is watched from its first message asked for to its end. */
export async function* watchStream<Message>(
  call: WatchedCall,
  messages: AsyncIterable<Message>,
): AsyncGenerator<Message, void, undefined> {
  using watched = call;
  try {
    yield* messages;
    watched.end(status.OK);
  } catch (error) {
    if (error instanceof StatusError) watched.end(error.code, error.message);
    throw error;
  }
}

/** A call with one reply that is watched. */
export async function watchReply<Reply>(call: WatchedCall, reply: Promise<Reply>): Promise<Reply> {
  using watched = call;
  try {
    const value = await reply;
    watched.end(status.OK);
    return value;
  } catch (error) {
    if (error instanceof StatusError) watched.end(error.code, error.message);
    throw error;
  }
}
