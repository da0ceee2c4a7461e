import type { CallError } from "./call-error.ts";

const done = { done: true, value: undefined } as const;

/**
 * The messages of one call between the socket and its reader: an iterator, whose `next` gives the bytes of what it takes back
 * to the peer. How many wait here is bounded by the call's window.
 *
 * A stream costs one `next` per message, so that it allocates nothing but its promise and its result.
 */
export class Inbox<T> {
  readonly #grant: (wireBytes: number) => void;
  // Two arrays instead of one of pairs, which would be an object per message.
  #messages: T[] = [];
  #sizes: number[] = [];
  #first = 0;
  /** Those who asked before there was something, in order. */
  readonly #readers: PromiseWithResolvers<IteratorResult<T, undefined>>[] = [];
  #ended = false;
  #error: CallError | undefined;

  constructor(grant: (wireBytes: number) => void) {
    this.#grant = grant;
  }

  put(message: T, wireBytes: number): void {
    if (this.#ended) return;
    if (this.#readers.length === 0) {
      this.#messages.push(message);
      this.#sizes.push(wireBytes);
      return;
    }
    this.#grant(wireBytes);
    this.#readers.shift()?.resolve({ done: false, value: message });
  }

  /** No more messages; those that wait are still read, then the error. */
  end(error: CallError | undefined): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#error = error;
    this.#tellEnd();
  }

  /** The next message. */
  next(): Promise<IteratorResult<T, undefined>> {
    const first = this.#first;
    if (first < this.#messages.length) {
      const value = this.#messages[first] as T;
      this.#grant(this.#sizes[first] as number);
      this.#first = first + 1;
      if (this.#first === this.#messages.length) this.#forget();
      return Promise.resolve({ done: false, value });
    }
    const reader = Promise.withResolvers<IteratorResult<T, undefined>>();
    this.#readers.push(reader);
    if (this.#ended) this.#tellEnd();
    return reader.promise;
  }

  /** The reader has left: what waits is forgotten, an error too. */
  leave(): void {
    this.#error = undefined;
    this.end(undefined);
    this.#forget();
  }

  /** An iterator throws once, and is done from then on. */
  #tellEnd(): void {
    for (const { resolve, reject } of this.#readers.splice(0)) {
      const error = this.#error;
      this.#error = undefined;
      if (error === undefined) resolve(done);
      else reject(error);
    }
  }

  #forget(): void {
    this.#messages = [];
    this.#sizes = [];
    this.#first = 0;
  }
}
