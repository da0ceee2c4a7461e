import type { Client, Metadata } from "@grpc/grpc-js";
import type { CallObserver } from "./call-observer.ts";
import type { Clock } from "./clock.ts";
import type { ResumePolicy, Resumption } from "./resume.ts";

/** What every method of a client has: the channel, and how it is used. */
export interface Line extends ResumePolicy {
  readonly channel: Client;
  readonly observer: CallObserver | undefined;
  readonly clock: Clock;
}

/** How a stream is followed. */
export interface StreamOptions {
  /** Ends the stream, which then throws CANCELLED with the signal's reason as `cause`. */
  readonly signal?: AbortSignal | undefined;
  /** Sent with each attempt. */
  readonly metadata?: Metadata | undefined;
  /** Told each time that the stream goes on after a break, before its message is handed on. */
  readonly onResumed?: ((resumption: Resumption) => void) | undefined;
}
