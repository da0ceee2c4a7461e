import type { EventEmitter } from "node:events";
import { type CallOptions, Metadata, status } from "@grpc/grpc-js";
import { StatusError } from "./status-error.ts";

/** Any of grpc-js's four kinds of server call. */
export type ServerCall = NonNullable<CallOptions["parent"]>;

/** What a handler knows of the call it answers. */
export interface CallContext {
  /** The method's path, such as "/heyhow.v1.HeyHowService/Say". */
  readonly method: string;
  /** The caller's ip:port. */
  readonly peer: string;
  /** What the caller sent beside the message. */
  readonly metadata: Metadata;
  /** What is sent back with the status, whether the call succeeds or fails. */
  readonly trailers: Metadata;
  /** Aborts with a StatusError when nobody waits for the answer any more: stop the work. */
  readonly signal: AbortSignal;
  /** When the deadline passes, by Date.now(); undefined without one. */
  readonly deadlineMs: number | undefined;
  /** What is left of the deadline, never negative; undefined without one. */
  remainingMs(): number | undefined;
  /** Hand the context to a call made inside the handler: deadline and cancellation pass on through this. */
  readonly parent: ServerCall;
}

/** A context together with the two things only the adapter may do to it. */
export interface OpenCall {
  readonly context: CallContext;
  /** Ends the work: the signal aborts with this reason. */
  stop(reason: StatusError): void;
  /** Called once when the caller is gone or the deadline has passed. */
  onCancelled(react: (reason: StatusError) => void): void;
}

export function openCall(call: ServerCall): OpenCall {
  const deadline = Number(call.getDeadline());
  const deadlineMs = Number.isFinite(deadline) ? deadline : undefined;
  // Most unary handlers never look at the signal, and a controller costs more than the rest of the context.
  let controller: AbortController | undefined;
  let stopped: StatusError | undefined;
  let react: ((reason: StatusError) => void) | undefined;

  function stop(reason: StatusError) {
    stopped ??= reason;
    controller?.abort(stopped);
  }

  // grpc-js emits `cancelled` after a normal end too; the adapter has settled by then and ignores it.
  const events: EventEmitter = call;
  events.on("cancelled", () => {
    // A timer may fire a millisecond before the wall clock gets there.
    const expired = deadlineMs !== undefined && Date.now() + 1 >= deadlineMs;
    const reason = expired
      ? new StatusError(status.DEADLINE_EXCEEDED, "the deadline passed")
      : new StatusError(status.CANCELLED, "the caller cancelled the call or is gone");
    stop(reason);
    react?.(reason);
  });

  const context: CallContext = {
    method: call.getPath(),
    peer: call.getPeer(),
    metadata: call.metadata,
    trailers: new Metadata(),
    deadlineMs,
    parent: call,
    get signal() {
      if (controller === undefined) {
        controller = new AbortController();
        if (stopped !== undefined) controller.abort(stopped);
      }
      return controller.signal;
    },
    remainingMs: () => (deadlineMs === undefined ? undefined : Math.max(0, deadlineMs - Date.now())),
  };
  return {
    context,
    stop,
    onCancelled(listener) {
      react = listener;
    },
  };
}
