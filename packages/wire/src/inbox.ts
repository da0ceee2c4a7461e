import { CallError } from "./call-error.ts";
import { PackedMessage } from "./grpc/compression.ts";

const done = { done: true, value: undefined } as const;

/**
 * The messages of one call between the socket and its reader: an iterator, whose `next` gives the bytes of what it takes back
 * to the peer. What waits here is bounded by the call's window: compressed messages wait as they came, since a server may have put
 * gigabytes into a window of them.
 *
 * A stream costs one `next` per message, so that it allocates nothing but its promise and its result.
 */
export class Inbox<T> {
  readonly #grant: (wireBytes: number) => void;
  readonly #unpack: (message: PackedMessage) => T | CallError;
  // Two arrays instead of one of pairs, which would be an object per message.
  #messages: (T | PackedMessage)[] = [];
  #sizes: number[] = [];
  #first = 0;
  /** Those who asked before there was something, in order. */
  readonly #readers: PromiseWithResolvers<IteratorResult<T, undefined>>[] = [];
  #ended = false;
  #error: CallError | undefined;

  /** `unpack` gives the message, or what the call has ended with because of it. */
  constructor(grant: (wireBytes: number) => void, unpack: (message: PackedMessage) => T | CallError) {
    this.#grant = grant;
    this.#unpack = unpack;
  }

  put(message: T | PackedMessage, wireBytes: number): void {
    if (this.#ended) return;
    if (this.#readers.length === 0) {
      this.#messages.push(message);
      this.#sizes.push(wireBytes);
      return;
    }
    this.#grant(wireBytes);
    const result = message instanceof PackedMessage ? this.#open(message) : { done: false as const, value: message };
    if (result !== undefined) this.#readers.shift()?.resolve(result);
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
      const message = this.#messages[first] as T | PackedMessage;
      this.#grant(this.#sizes[first] as number);
      this.#first = first + 1;
      if (this.#first === this.#messages.length) this.#forget();
      const result = message instanceof PackedMessage ? this.#open(message) : { done: false as const, value: message };
      if (result !== undefined) return Promise.resolve(result);
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

  /** Undefined: it cannot be unpacked, which is the end, whatever came behind it. */
  #open(packed: PackedMessage): IteratorYieldResult<T> | undefined {
    const hadEnded = this.#ended;
    const value = this.#unpack(packed);
    if (!(value instanceof CallError)) return { done: false, value };
    this.#forget();
    // Unless the call was over, it has ended by this, and has told so.
    if (hadEnded) this.#error = value;
    else this.end(value);
    return undefined;
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
