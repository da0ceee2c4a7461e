import type { CallError } from "./call-error.ts";

interface Item<T> {
  readonly message: T;
  readonly wireBytes: number;
}

const done = { done: true, value: undefined } as const;

/**
 * The messages of one call between the socket and its reader: an iterator, whose `next` gives the bytes of what it takes back
 * to the peer. How many wait here is bounded by the call's window.
 */
export class Inbox<T> {
  readonly #grant: (wireBytes: number) => void;
  #items: Item<T>[] = [];
  #first = 0;
  #reader: PromiseWithResolvers<IteratorResult<T, undefined>> | undefined;
  #ended = false;
  #error: CallError | undefined;

  constructor(grant: (wireBytes: number) => void) {
    this.#grant = grant;
  }

  put(message: T, wireBytes: number): void {
    if (this.#ended) return;
    const reader = this.#reader;
    if (reader === undefined) {
      this.#items.push({ message, wireBytes });
      return;
    }
    this.#reader = undefined;
    this.#grant(wireBytes);
    reader.resolve({ done: false, value: message });
  }

  /** No more messages; those that wait are still read, then the error. */
  end(error: CallError | undefined): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#error = error;
    const reader = this.#reader;
    this.#reader = undefined;
    if (error === undefined) reader?.resolve(done);
    else reader?.reject(error);
  }

  /** The next message. One `next` at a time. */
  next(): Promise<IteratorResult<T, undefined>> {
    const item = this.#items[this.#first];
    if (item !== undefined) {
      this.#first++;
      if (this.#first === this.#items.length) this.drop();
      this.#grant(item.wireBytes);
      return Promise.resolve({ done: false, value: item.message });
    }
    if (this.#ended) {
      const error = this.#error;
      // An iterator throws once, and is done from then on.
      this.#error = undefined;
      return error === undefined ? Promise.resolve(done) : Promise.reject(error);
    }
    this.#reader = Promise.withResolvers();
    return this.#reader.promise;
  }

  /** Forgets what waits. */
  drop(): void {
    this.#items = [];
    this.#first = 0;
  }
}
