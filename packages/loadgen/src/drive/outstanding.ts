/** What a message and its answer have in common. */
export type MessageKey = number | string;

/** A message that was written and waits for its answer. Times in ms. */
export interface SentMessage {
  /** When it was planned to be written. */
  readonly dueMs: number;
  writtenMs: number;
  /** Another one of the same key, written after it. */
  later: SentMessage | undefined;
}

/** The most messages of a stream that are waited for: what was written before is given up, and counts as unanswered. */
const most = 65_536;

/** The messages of one stream that wait for their answers. */
export class Outstanding {
  readonly #byKey = new Map<MessageKey, SentMessage>();
  #waiting = 0;
  #givenUp = 0;

  /** How many have no answer. */
  get unanswered(): number {
    return this.#waiting + this.#givenUp;
  }

  add(key: MessageKey, message: SentMessage): void {
    let last = this.#byKey.get(key);
    if (last === undefined) this.#byKey.set(key, message);
    else {
      while (last.later !== undefined) last = last.later;
      last.later = message;
    }
    this.#waiting++;
    if (this.#waiting > most) this.#giveUpOldest();
  }

  /** The message that an answer is for, the oldest if several have its key; undefined when there is none. */
  take(key: MessageKey): SentMessage | undefined {
    const message = this.#byKey.get(key);
    if (message === undefined) return undefined;
    if (message.later === undefined) this.#byKey.delete(key);
    else this.#byKey.set(key, message.later);
    this.#waiting--;
    return message;
  }

  clear(): void {
    this.#byKey.clear();
    this.#waiting = 0;
    this.#givenUp = 0;
  }

  #giveUpOldest(): void {
    for (const key of this.#byKey.keys()) {
      this.take(key);
      this.#givenUp++;
      return;
    }
  }
}
