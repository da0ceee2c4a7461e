import { createHistogram, type Histogram, merge, record } from "./histogram.ts";

/** Messages counted. */
export interface StreamTally {
  readonly sent: number;
  readonly received: number;
  /** Without the five bytes before each message. */
  readonly sentBytes: number;
  readonly receivedBytes: number;
}

/** What streams did that is no fault, or may be one: for a reader to judge. */
export interface StreamEnds {
  /** Answers that we ended, because we had asked for no more of them. */
  readonly answersCut: number;
  /** Messages that were due and could not be written before their stream ended. */
  readonly unsent: number;
  /** Messages that no answer came for. */
  readonly unanswered: number;
  /** Answers that belong to no message. */
  readonly unmatched: number;
  /** Streams matched by order that had not as many answers as messages: their round trips are not to be trusted. */
  readonly uneven: number;
}

/** Everything recorded of the messages of streams. Plain data that merges without loss. */
export interface StreamRecording extends StreamEnds {
  /** From the planned writing of a message to its answer. */
  readonly roundTrip: Histogram;
  /** From its actual writing. */
  readonly roundTripWritten: Histogram;
  /** From the planned to the actual writing, for streams with a pace. */
  readonly messageLateness: Histogram;
  readonly all: StreamTally;
  /** What came before planning ended. */
  readonly inWindow: StreamTally;
}

/** Who is told of the messages of streams in the measured phase. Times in ms. */
export interface StreamRecorder {
  /** A message was written; `dueMs` is undefined where there was no plan for it. */
  sent(dueMs: number | undefined, writtenMs: number, bytes: number): void;
  received(bytes: number): void;
  roundTrip(dueMs: number, writtenMs: number, atMs: number): void;
  /** An answer came that belongs to no message. */
  unmatched(): void;
  ended(stream: Omit<StreamEnds, "unmatched">): void;
  planEnded(): void;
  readonly recording: StreamRecording;
}

/** A recorder that has seen nothing. */
export function createStreamRecorder(): StreamRecorder {
  const roundTrip = createHistogram();
  const roundTripWritten = createHistogram();
  const messageLateness = createHistogram();
  const all = { ...noMessages };
  const ends = { ...noEnds };
  let inWindow: StreamTally | undefined;
  return {
    sent(dueMs, writtenMs, bytes) {
      all.sent++;
      all.sentBytes += bytes;
      if (dueMs !== undefined) record(messageLateness, (writtenMs - dueMs) * 1000);
    },
    received(bytes) {
      all.received++;
      all.receivedBytes += bytes;
    },
    roundTrip(dueMs, writtenMs, atMs) {
      record(roundTrip, (atMs - dueMs) * 1000);
      record(roundTripWritten, (atMs - writtenMs) * 1000);
    },
    unmatched() {
      ends.unmatched++;
    },
    ended({ answersCut, unsent, unanswered, uneven }) {
      ends.answersCut += answersCut;
      ends.unsent += unsent;
      ends.unanswered += unanswered;
      ends.uneven += uneven;
    },
    planEnded() {
      inWindow ??= { ...all };
    },
    get recording() {
      return { roundTrip, roundTripWritten, messageLateness, ...ends, all, inWindow: inWindow ?? all };
    },
  };
}

const noMessages = { sent: 0, received: 0, sentBytes: 0, receivedBytes: 0 };
const noEnds = { answersCut: 0, unsent: 0, unanswered: 0, unmatched: 0, uneven: 0 };

/** What one recording of all of it would have been. */
export function mergeStreamRecordings(recordings: readonly StreamRecording[]): StreamRecording {
  const { recording } = createStreamRecorder();
  const [all, inWindow, ends] = [{ ...noMessages }, { ...noMessages }, { ...noEnds }];
  for (const each of recordings) {
    for (const name of ["roundTrip", "roundTripWritten", "messageLateness"] as const) {
      merge(recording[name], each[name]);
    }
    for (const name of Object.keys(all) as (keyof StreamTally)[]) {
      all[name] += each.all[name];
      inWindow[name] += each.inWindow[name];
    }
    for (const name of Object.keys(ends) as (keyof StreamEnds)[]) ends[name] += each[name];
  }
  return { ...recording, ...ends, all, inWindow };
}
