import type { CallRecorder } from "../drive/drive-options.ts";
import { isGood } from "../drive/engine.ts";
import { createErrorLog, type ErrorKind } from "./errors.ts";
import { clear, createHistogram, type Histogram, merge, record } from "./histogram.ts";
import { createStreamRecorder, type StreamRecorder, type StreamRecording } from "./stream-recorder.ts";

/** The calls that one endpoint answered with one status code. */
export interface Group {
  readonly endpoint: number;
  readonly code: number;
  /** From the planned start. */
  readonly response: Histogram;
  /** From the actual start. */
  readonly service: Histogram;
  /** When the first and the last of them ended, in ms on the run's clock. */
  firstMs: number;
  lastMs: number;
}

/** Everything recorded of a measured phase. Plain data that merges without loss. */
export interface Recording {
  readonly groups: readonly Group[];
  /** From the planned to the actual start. */
  readonly lateness: Histogram;
  /** From the actual start to the first message of the answer. */
  readonly firstMessage: Histogram;
  /** Between the messages of an answer. */
  readonly messageGap: Histogram;
  readonly streams: StreamRecording;
  readonly errors: readonly ErrorKind[];
  /** Everything, the drain included. */
  readonly all: Tally;
  /** What came before planning ended: what rates are made of. */
  readonly inWindow: Tally;
}

interface Tally {
  readonly finished: number;
  readonly ok: number;
  /** Messages that came in answers. */
  readonly messages: number;
}

/** What ended in one interval. */
interface Interval {
  readonly ok: number;
  readonly failed: number;
  readonly response: Histogram;
}

/** Turns calls into counts. A call costs some 0.1 µs and no memory. */
export interface Recorder extends CallRecorder {
  readonly recording: Recording;
  /** Told of the messages of streams. */
  readonly streams: StreamRecorder;
  /** What ended since the last time, handed to `read`; it is forgotten after. */
  takeInterval<T>(read: (interval: Interval) => T): T;
}

/** Codes are below it: gRPC's, ours, and those of calls that were expected to fail. */
const codes = 64;

/** A recorder that has seen nothing. */
export function createRecorder(): Recorder {
  const groups: (Group | undefined)[] = [];
  const lateness = createHistogram();
  const firstMessage = createHistogram();
  const messageGap = createHistogram();
  const streams = createStreamRecorder();
  const errors = createErrorLog();
  const response = createHistogram();
  const all = { finished: 0, ok: 0, messages: 0 };
  let inWindow: Tally | undefined;
  let ok = 0;
  let failed = 0;

  return {
    streams,
    message(_atMs, gapMs) {
      all.messages++;
      record(messageGap, gapMs * 1000);
    },
    call(dueMs, sentMs, firstMs, endMs, code, endpoint, details) {
      const place = endpoint * codes + Math.min(code, codes - 1);
      groups[place] ??= createGroup(endpoint, code, endMs);
      const group = groups[place];
      const responseUs = (endMs - dueMs) * 1000;
      record(group.response, responseUs);
      record(group.service, (endMs - sentMs) * 1000);
      record(lateness, (sentMs - dueMs) * 1000);
      record(response, responseUs);
      group.lastMs = endMs;
      if (firstMs > 0) {
        all.messages++;
        record(firstMessage, (firstMs - sentMs) * 1000);
      }
      all.finished++;
      if (isGood(code)) {
        ok++;
        all.ok++;
      } else {
        failed++;
        errors.add(code, details, endMs, endpoint);
      }
    },
    planEnded() {
      inWindow ??= { ...all };
      streams.planEnded();
    },
    get recording() {
      const used = groups.filter((group) => group !== undefined);
      return {
        groups: used,
        lateness,
        firstMessage,
        messageGap,
        streams: streams.recording,
        errors: errors.list(),
        all,
        inWindow: inWindow ?? all,
      };
    },
    takeInterval(read) {
      const result = read({ ok, failed, response });
      ok = 0;
      failed = 0;
      clear(response);
      return result;
    },
  };
}

function createGroup(endpoint: number, code: number, endMs: number): Group {
  return {
    endpoint,
    code,
    response: createHistogram(),
    service: createHistogram(),
    firstMs: endMs,
    lastMs: endMs,
  };
}

/** The histogram of one view over those groups that are wanted. */
export function gather(
  groups: readonly Group[],
  view: "response" | "service",
  wanted: (group: Group) => boolean = () => true,
): Histogram {
  const all = createHistogram();
  for (const group of groups) if (wanted(group)) merge(all, group[view]);
  return all;
}
