import { Backlog, type TakeMessage } from "./backlog.ts";
import { CallError } from "./call-error.ts";

/** So many messages wait decoded: more than one read of the socket brings, so that a reader that keeps up has no other ones. */
const decodedLimit = 16_384;
/** Places of messages that were read stay until they are so many and half of all: cutting them off costs each message one move. */
const readPlaces = 1024;
const done = { done: true, value: undefined } as const;

/**
 * The messages of one call between the socket and its reader: an iterator, whose `next` gives the bytes of what it takes back
 * to the peer. What waits here is bounded by the call's window: the peer may have filled it with messages of no length at all, or with
 * compressed ones that are gigabytes, so that these wait as they came.
 *
 * A stream costs one `next` per message, so that it allocates nothing but its promise and its result.
 */
export class Inbox<T> {
  readonly #grant: (wireBytes: number) => void;
  readonly #read: TakeMessage<T | CallError>;
  // Two arrays instead of one of pairs, which would be an object per message.
  #messages: (T | undefined)[] = [];
  #sizes: number[] = [];
  #first = 0;
  /** What came behind `#messages`. */
  readonly #backlog = new Backlog();
  /** Those who asked before there was something, in order. */
  readonly #readers: PromiseWithResolvers<IteratorResult<T, undefined>>[] = [];
  #ended = false;
  #error: CallError | undefined;

  /** `read` makes a message that was kept, or gives what the call has ended with because of it. */
  constructor(grant: (wireBytes: number) => void, read: TakeMessage<T | CallError>) {
    this.#grant = grant;
    this.#read = read;
  }

  /** Somebody waits for the next message. */
  get isAwaited(): boolean {
    return this.#readers.length > 0;
  }

  /** The next message has to be given to `keep`. */
  get isCrowded(): boolean {
    return !this.#backlog.isEmpty || this.#messages.length - this.#first >= decodedLimit;
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

  /** The same for a message that nobody waits for, which is made when it is read. */
  keep(compressed: boolean, bytes: Buffer, start: number, end: number): void {
    if (!this.#ended) this.#backlog.add(compressed, bytes, start, end);
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
      this.#messages[first] = undefined;
      this.#first = first + 1;
      if (this.#first === this.#messages.length) this.#forgetDecoded();
      else if (this.#first >= readPlaces && this.#first * 2 >= this.#messages.length) this.#cutRead();
      return Promise.resolve({ done: false, value });
    }
    const value = this.#backlog.isEmpty ? undefined : this.#takeKept();
    if (value !== undefined) return Promise.resolve(value);
    const reader = Promise.withResolvers<IteratorResult<T, undefined>>();
    this.#readers.push(reader);
    if (this.#ended) this.#tellEnd();
    return reader.promise;
  }

  /** The reader has left: what waits is forgotten, an error too. */
  leave(): void {
    this.#error = undefined;
    this.end(undefined);
    this.#forgetDecoded();
    this.#backlog.clear();
  }

  /** Undefined: it cannot be made, which is the end, whatever came behind it. */
  #takeKept(): IteratorYieldResult<T> | undefined {
    this.#grant(this.#backlog.firstWireBytes);
    const hadEnded = this.#ended;
    const value = this.#backlog.take(this.#read);
    if (!(value instanceof CallError)) return { done: false, value };
    this.#backlog.clear();
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

  #cutRead(): void {
    this.#messages = this.#messages.slice(this.#first);
    this.#sizes = this.#sizes.slice(this.#first);
    this.#first = 0;
  }

  #forgetDecoded(): void {
    this.#messages = [];
    this.#sizes = [];
    this.#first = 0;
  }
}
