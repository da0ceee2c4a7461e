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

/** Beside gRPC's status codes: the answer of a call that ended well was not as expected, or it should not have ended with OK. */
export const unexpectedCode = 30;

/** What a status other than OK has more as the code of a call that was expected to end with it. */
const expectedFrom = 32;

/** The code of a call that ended with a status that was expected of it: one of its own, for it is a good call. */
export function expectedCode(status: number): number {
  return status === 0 ? 0 : expectedFrom + status;
}

/** The status behind the code of a call that was expected to end with it; other codes as they are. */
export function statusOf(code: number): number {
  return code > expectedFrom ? code - expectedFrom : code;
}

/** Whether a call with this code ended as it should: with OK, or with another status that was expected of it. */
export function isGood(code: number): boolean {
  return code === 0 || code > expectedFrom;
}

/** What becomes of calls. Times are on the clock of `performance.now()`. */
export interface EngineEvents {
  /** One message of the answer has come. */
  onMessage(tag: number, atMs: number): void;
  /** The call is over: its status code, and the number of the endpoint that answered (see `Endpoints`). */
  onEnd(tag: number, code: number, endpoint: number, atMs: number, details: string): void;
  /** When a call in flight was started. */
  startedMs(tag: number): number;
  /** A call that had to wait for a connection after its start is written: service time counts from here. */
  onWritten(tag: number, atMs: number): void;
  /** Whether a call is in flight, and one of the measured phase. */
  isMeasured(tag: number): boolean;
  /** A start was refused before, and there is room now. */
  onRoom(): void;
}
