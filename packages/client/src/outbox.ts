/** A message with its number. */
interface Numbered {
  readonly sequence: bigint;
  readonly msg: string;
}

/** The messages of one side of a conversation, kept until they are answered so that they can be sent again. */
export interface Outbox {
  /**
   * The messages from the first unanswered one on, no more of them without an answer than the window allows. Ends with
   * the source, or when `send` is called again. Throws what the source throws.
   */
  send(): AsyncGenerator<Numbered, void, undefined>;
  /** Everything below this number has been answered. */
  answered(next: bigint): void;
  /** The highest number that has been sent. */
  readonly sent: bigint;
  /** The number after the source's last message; undefined while there may be more. */
  readonly end: bigint | undefined;
  /** What the source threw. */
  readonly failure: { readonly thrown: unknown } | undefined;
  /** Lets the source go. */
  close(): void;
}

/** Numbers a source's messages from `first` on. Takes the next one only when there is room in the window. */
export function createOutbox(source: AsyncIterable<string>, options: { first: bigint; window: number }): Outbox {
  const messages = source[Symbol.asyncIterator]();
  const unanswered: Numbered[] = [];
  let taken = options.first - 1n;
  let sent = options.first - 1n;
  let end: bigint | undefined;
  let failure: Outbox["failure"];
  let turn = 0;
  let taking: Promise<IteratorResult<string>> | undefined;
  let wake: (() => void) | undefined;

  /** Waits for the source's next message. A wait that another turn has overtaken leaves the message to that one. */
  async function take(mine: number): Promise<void> {
    taking ??= messages.next();
    // While no turn is waiting, nobody else would hear that it failed.
    taking.catch(() => {});
    try {
      const { done, value } = await taking;
      if (mine !== turn) return;
      taking = undefined;
      if (done) end = taken + 1n;
      else unanswered.push({ sequence: ++taken, msg: value });
    } catch (thrown) {
      failure = { thrown };
      throw thrown;
    }
  }

  return {
    get sent() {
      return sent;
    },
    get end() {
      return end;
    },
    get failure() {
      return failure;
    },
    async *send() {
      const mine = ++turn;
      wake?.();
      let last = 0n;
      while (mine === turn) {
        const next = unanswered.find(({ sequence }) => sequence > last);
        if (next !== undefined) {
          last = next.sequence;
          if (last > sent) sent = last;
          yield next;
        } else if (end !== undefined) {
          return;
        } else if (unanswered.length >= options.window) {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        } else {
          await take(mine);
        }
      }
    },
    answered(next) {
      // An answer to what was not sent yet answers nothing.
      while (unanswered[0] !== undefined && unanswered[0].sequence < next && unanswered[0].sequence <= sent) {
        unanswered.shift();
      }
      wake?.();
    },
    close() {
      turn++;
      wake?.();
      messages.return?.().catch(() => {});
    },
  };
}
