import { type CallOptions as GrpcCallOptions, Metadata, type StatusObject, status } from "@grpc/grpc-js";
import type { CallContext } from "./call-context.ts";
import { StatusError } from "./status-error.ts";

/** How to make a call. */
export interface CallOptions {
  /** How long the call may take, in milliseconds from now. Infinity is for streams that something else bounds. */
  readonly deadlineMs: number;
  /** Cancels the call: it fails with CANCELLED and the signal's reason as `cause`. */
  readonly signal?: AbortSignal | undefined;
  readonly metadata?: Metadata | undefined;
  /** The call being answered: the deadline becomes the sooner of both, and its cancellation cancels this one. */
  readonly parent?: CallContext | undefined;
  /** Waits for a connection until the deadline instead of failing at once when there is none. */
  readonly waitForReady?: boolean | undefined;
  /** Told the address that answers, as ip:port or a socket's path, once. Not told when no server was reached. */
  readonly onPeer?: ((address: string) => void) | undefined;
  /** Told the trailers, whether the call succeeded or failed. */
  readonly onTrailers?: ((trailers: Metadata) => void) | undefined;
}

/** The part of grpc-js's four kinds of client call that does not depend on the kind. */
interface RunningCall {
  cancel(): void;
  getPeer(): string;
  on(event: "metadata", listener: () => void): unknown;
  on(event: "status", listener: (status: StatusObject) => void): unknown;
}

/** What grpc-js wants beside the message. Throws CANCELLED when the signal has aborted already. */
export function grpcArguments({
  deadlineMs,
  signal,
  metadata,
  parent,
  waitForReady,
}: CallOptions): [Metadata, GrpcCallOptions] {
  if (signal?.aborted) throw cancelled(signal);
  const sent = metadata?.clone() ?? new Metadata();
  if (waitForReady !== undefined) sent.setOptions({ waitForReady });
  const deadline = Date.now() + deadlineMs;
  return [sent, parent === undefined ? { deadline } : { deadline, parent: parent.parent }];
}

/** Ties a running call to its options' signal and listeners, until its status is there. */
export function attend(call: RunningCall, { signal, onPeer, onTrailers }: CallOptions): void {
  if (signal !== undefined) {
    const cancel = () => call.cancel();
    signal.addEventListener("abort", cancel, { once: true });
    call.on("status", () => signal.removeEventListener("abort", cancel));
  }
  if (onPeer !== undefined) {
    let told = false;
    const tell = () => {
      const peer = call.getPeer();
      if (told || !isAddress(peer)) return;
      told = true;
      onPeer(peer);
    };
    call.on("metadata", tell);
    call.on("status", tell);
  }
  if (onTrailers !== undefined) call.on("status", ({ metadata }) => onTrailers(metadata));
}

/** The error of a call that its own caller cancelled. */
export function cancelled(signal: AbortSignal): StatusError {
  return new StatusError(status.CANCELLED, "cancelled by the caller", [], { cause: signal.reason });
}

/** Before a server was picked grpc-js gives the channel's target, such as "dns:localhost:9999", for its peer. */
function isAddress(peer: string): boolean {
  return peer.startsWith("/") || /^(\d+(\.\d+){3}|\[?[\da-f:.]+(%\w+)?\]?):\d+$/i.test(peer);
}
