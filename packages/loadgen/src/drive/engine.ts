/**
 * The seam between driving and transport: whoever can make calls by number. A `tag` is the drive's name for a call in
 * flight, small and used again after the call's end; arrays can be indexed by it.
 */
export interface Engine {
  /** As the report names it. */
  readonly name: string;
  /**
   * Starts a call; `slot` chooses its messages. False: nothing was started, because the transport takes no more calls
   * now; `onRoom` tells when it does. Never calls an event before it returns.
   */
  start(tag: number, slot: number): boolean;
  /** Ends a call early; its `onEnd` comes now or later, or not at all. */
  cancel(tag: number): void;
}

/** Beside gRPC's status codes: the call ended with OK, but its answer was not as expected. */
export const unexpectedCode = 30;

/** What becomes of calls. Times are on the clock of `performance.now()`. */
export interface EngineEvents {
  /** One message of the answer has come. */
  onMessage(tag: number, atMs: number): void;
  /** The call is over: its status code, and the number of the endpoint that answered (see `Endpoints`). */
  onEnd(tag: number, code: number, endpoint: number, atMs: number, details: string): void;
  /** Whether a call is in flight, and one of the measured phase. */
  isMeasured(tag: number): boolean;
  /** A start was refused before, and there is room now. */
  onRoom(): void;
}
