/** Failed calls of one kind: one status code and one shape of message. */
export interface ErrorKind {
  readonly code: number;
  /** The message with its numbers and ids replaced, so that messages that differ only in these are one kind. */
  readonly shape: string;
  count: number;
  /** The first few, as they were. */
  readonly samples: ErrorSample[];
}

interface ErrorSample {
  /** Milliseconds on the run's clock. */
  readonly atMs: number;
  readonly endpoint: number;
  readonly message: string;
}

const mostKinds = 50;
const samplesEach = 3;
const longestMessage = 500;

/** Counts failures by kind. However many different messages come, it keeps a bounded number. */
export function createErrorLog() {
  const kinds = new Map<string, ErrorKind>();
  return {
    add(code: number, message: string, atMs: number, endpoint: number): void {
      const cut = message.length > longestMessage ? `${message.slice(0, longestMessage)}…` : message;
      let shape = shapeOf(cut);
      let key = `${code} ${shape}`;
      if (!kinds.has(key) && kinds.size >= mostKinds) {
        shape = "(further messages)";
        key = `${code} ${shape}`;
      }
      let kind = kinds.get(key);
      if (kind === undefined) {
        kind = { code, shape, count: 0, samples: [] };
        kinds.set(key, kind);
      }
      kind.count++;
      if (kind.samples.length < samplesEach) kind.samples.push({ atMs, endpoint, message: cut });
    },
    list: (): readonly ErrorKind[] => [...kinds.values()],
  };
}

/** A message without what differs from call to call. */
export function shapeOf(message: string): string {
  return message
    .replaceAll(/[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}/gi, "#")
    .replaceAll(/\b0x[\da-f]+\b/gi, "#")
    .replaceAll(/\d+(\.\d+)?/g, "#");
}
