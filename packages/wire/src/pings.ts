import type { ConnectionError } from "./connection-error.ts";

interface Waiting {
  readonly sentMs: number;
  readonly settle: PromiseWithResolvers<number>;
}

/** Our pings on their way, by the number they carry. */
export class Pings {
  readonly #waiting = new Map<number, Waiting>();
  #last = 0;

  /** A payload of 8 bytes and the promise of its round trip in ms. */
  next(nowMs: number): { payload: Buffer; roundTripMs: Promise<number> } {
    const number = ++this.#last;
    const payload = Buffer.alloc(8);
    payload.writeDoubleBE(number);
    const settle = Promise.withResolvers<number>();
    this.#waiting.set(number, { sentMs: nowMs, settle });
    return { payload, roundTripMs: settle.promise };
  }

  /** An answer came; one to a ping that we did not send means nothing. */
  answered(payload: Buffer, nowMs: number): void {
    const number = payload.readDoubleBE();
    const waiting = this.#waiting.get(number);
    this.#waiting.delete(number);
    waiting?.settle.resolve(nowMs - waiting.sentMs);
  }

  fail(error: ConnectionError): void {
    for (const { settle } of this.#waiting.values()) settle.reject(error);
    this.#waiting.clear();
  }
}
