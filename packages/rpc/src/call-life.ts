import { type StatusObject, status } from "@grpc/grpc-js";
import { type CallContext, openCall, type ServerCall } from "./call-context.ts";
import { errorForCaller, statusObject } from "./convert-status.ts";
import type { CallObserver } from "./observer.ts";
import { StatusError } from "./status-error.ts";

/** A call from its arrival to its one end. */
export interface CallLife {
  readonly context: CallContext;
  /** Ends the call well, unless it has ended already. */
  succeed(send: () => void): void;
  /** Ends the call with the status of what was thrown, unless it has ended already. */
  fail(thrown: unknown): void;
}

/** The calls under way, each as the function that ends it. */
export type OpenCalls = Set<(reason: StatusError) => void>;

/** When the server ends a stream of its own accord. */
export interface StreamLimits {
  /** When it aborts, every open stream ends with UNAVAILABLE, so that its caller resumes on another replica. */
  readonly endStreams?: AbortSignal | undefined;
  /**
   * The longest that a stream may last, in milliseconds; it then ends with UNAVAILABLE. Set it below the grace of the
   * connection age: a stream begins before its connection is told to go, so it then never meets the hard cut.
   */
  readonly maxStreamMs?: number | undefined;
}

export interface Beginning {
  readonly call: ServerCall;
  readonly sendStatus: (status: StatusObject) => void;
  readonly observer: CallObserver | undefined;
  readonly open: OpenCalls;
  /** For a streaming call. */
  readonly limits?: StreamLimits;
}

/** Takes up a call. */
export function beginCall({ call, sendStatus, observer, open, limits }: Beginning): CallLife {
  const { context, stop, onCancelled } = openCall(call);
  const startedAt = performance.now();
  let settled = false;
  const release = limits && enforce(limits, stop);

  function settle(code: status, message: string, bug?: unknown): boolean {
    if (settled) return false;
    settled = true;
    release?.();
    open.delete(cutOff);
    const durationMs = performance.now() - startedAt;
    observer?.ended?.(context, bug === undefined ? { code, message, durationMs } : { code, message, durationMs, bug });
    return true;
  }

  function fail(thrown: unknown) {
    // What waited for the signal throws an AbortError of its own; the signal's reason is the story.
    const { error, bug } = errorForCaller(
      isAbortError(thrown) && context.signal.aborted ? context.signal.reason : thrown,
    );
    if (settle(error.code, error.message, bug)) sendStatus(statusObject(error, context.trailers));
  }

  function cutOff(reason: StatusError) {
    stop(reason);
    fail(reason);
  }

  open.add(cutOff);
  observer?.started?.(context);
  onCancelled(({ code, message }) => settle(code, message));
  return {
    context,
    fail,
    succeed(send) {
      if (settle(status.OK, "")) send();
    },
  };
}

function enforce({ endStreams, maxStreamMs }: StreamLimits, stop: (reason: StatusError) => void): () => void {
  const onEnd = () => stop(new StatusError(status.UNAVAILABLE, "this replica is going away: resume on another"));
  if (endStreams?.aborted) onEnd();
  endStreams?.addEventListener("abort", onEnd, { once: true });
  const timer =
    maxStreamMs === undefined
      ? undefined
      : setTimeout(() => {
          stop(new StatusError(status.UNAVAILABLE, `the stream lasted ${maxStreamMs} ms, the longest here: resume it`));
        }, maxStreamMs);
  timer?.unref();
  return () => {
    endStreams?.removeEventListener("abort", onEnd);
    clearTimeout(timer);
  };
}

function isAbortError(thrown: unknown): boolean {
  return thrown instanceof Error && thrown.name === "AbortError";
}
