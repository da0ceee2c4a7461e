import { MessageMisfit } from "../call/message-misfit.ts";
import type { MessageSource } from "../call/messages.ts";
import type { StreamShape } from "../plan/stream-shape.ts";
import type { StreamRecorder } from "../record/stream-recorder.ts";
import { Agenda } from "./agenda.ts";
import type { Clock } from "./clock.ts";
import { Outstanding, type SentMessage } from "./outstanding.ts";

/** What a transport does for a call with a stream. */
interface StreamPort {
  /**
   * Takes one message, `bytes[0, length)`, copied before this returns. False: it has to wait, and so would all that
   * follow, until `writable`.
   */
  write(tag: number, bytes: Uint8Array, length: number): boolean;
  /** No more messages are sent. */
  finish(tag: number): void;
  /** The rest of the answer is not wanted; the call's end comes now or later. */
  cancel(tag: number): void;
}

export interface StreamCallsOptions {
  readonly shape: StreamShape;
  readonly messages: MessageSource;
  readonly port: StreamPort;
  readonly clock: Clock;
  readonly recorder: StreamRecorder;
  /** Whether a call is one of the measured phase. */
  isMeasured(tag: number): boolean;
}

/** So many messages of a stream without a pace are written before others have their turn. */
const mostAtOnce = 256;
const roundingMs = 1e-6;
const cancelled = 1;
const internal = 13;

/**
 * Sends the messages of streams by their plan, ends streams when they are to end, and finds the message that an answer is
 * for. Message k of a stream is due at the stream's start + k × interval, from k alone: a late one makes none after it
 * late. Without a pace a message is due when the peer takes it. A message costs well under a µs.
 */
export class StreamCalls {
  readonly #options: StreamCallsOptions;
  readonly #agenda: Agenda;
  readonly #matches: boolean;
  /** By tag. */
  readonly #slot: number[] = [];
  readonly #startMs: number[] = [];
  /** The number of the next message to send; how many came; how many of them belong to no message. */
  readonly #next: number[] = [];
  readonly #received: number[] = [];
  readonly #unmatched: number[] = [];
  readonly #finished: boolean[] = [];
  readonly #cut: boolean[] = [];
  /** Why its next message could not be made. */
  readonly #refusal: (string | undefined)[] = [];
  /** The message that the transport took and could not write yet, and its size. */
  readonly #waiting: (SentMessage | undefined)[] = [];
  readonly #waitingBytes: number[] = [];
  readonly #outstanding: Outstanding[] = [];

  constructor(options: StreamCallsOptions) {
    this.#options = options;
    this.#agenda = new Agenda(options.clock, (tag) => this.#pump(tag));
    this.#matches = options.shape.match.kind !== "none";
  }

  /** A call was started, or started again; messages can be written from now on. */
  begin(tag: number, slot: number): void {
    this.#slot[tag] = slot;
    this.#startMs[tag] = this.#options.clock.now();
    this.#next[tag] = 0;
    this.#received[tag] = 0;
    this.#unmatched[tag] = 0;
    this.#finished[tag] = false;
    this.#cut[tag] = false;
    this.#refusal[tag] = undefined;
    this.#waiting[tag] = undefined;
    if (this.#outstanding[tag] === undefined) this.#outstanding[tag] = new Outstanding();
    else this.#outstanding[tag].clear();
    this.#pump(tag);
  }

  /** The transport takes messages of this call again. */
  writable(tag: number): void {
    this.#written(tag, this.#options.clock.now());
    this.#pump(tag);
  }

  /** A message of the answer came, `bytes[start, end)`. */
  received(tag: number, bytes: Uint8Array, start: number, end: number, atMs: number): void {
    const { shape, recorder, isMeasured } = this.#options;
    const index = this.#received[tag] as number;
    this.#received[tag] = index + 1;
    const measured = isMeasured(tag);
    if (measured) recorder.received(end - start);
    if (this.#matches) {
      const { match } = shape;
      const key = match.kind === "field" ? match.ofAnswer(bytes, start, end) : index;
      const message = this.#outstanding[tag]?.take(key);
      if (message === undefined) this.#unmatched[tag] = (this.#unmatched[tag] as number) + 1;
      if (!measured) return;
      if (message === undefined) recorder.unmatched();
      else recorder.roundTrip(message.dueMs, message.writtenMs, atMs);
    } else if (!shape.sends && index + 1 >= shape.messages) this.#cutOff(tag);
  }

  /** The call is over: to be told before anybody else learns of it. Returns its status, OK if we ended it as was asked, INTERNAL for a message that could not be made. */
  end(tag: number, code: number): number {
    const { shape, recorder, clock, isMeasured } = this.#options;
    const now = clock.now();
    const cut = this.#cut[tag] === true && code === cancelled;
    const status = cut ? 0 : this.#refusal[tag] === undefined ? code : internal;
    this.#written(tag, now);
    this.forget(tag);
    if (!isMeasured(tag)) return status;
    const unanswered = this.#outstanding[tag]?.unanswered ?? 0;
    recorder.ended({
      answersCut: cut ? 1 : 0,
      unsent: this.#dueUntil(tag, now) - (this.#next[tag] as number),
      unanswered,
      uneven: shape.match.kind === "fifo" && unanswered + (this.#unmatched[tag] as number) > 0 ? 1 : 0,
    });
    return status;
  }

  /** The call was given up: nothing more is done for it. */
  forget(tag: number): void {
    this.#agenda.withdraw(tag);
    this.#finished[tag] = true;
  }

  /** Why we have ended the call before its last message, if one of them could not be made. */
  refusal(tag: number): string | undefined {
    return this.#refusal[tag];
  }

  /** Whether we have ended the answer; what is still on its way does not count. */
  isCut(tag: number): boolean {
    return this.#cut[tag] === true;
  }

  /** Sends what is due, and says when to go on. */
  #pump(tag: number): void {
    if (this.#finished[tag]) return;
    const { shape, clock } = this.#options;
    const now = clock.now();
    const startMs = this.#startMs[tag] as number;
    const endMs = startMs + shape.durationMs;
    if (!shape.sends) {
      if (now >= endMs) this.#cutOff(tag);
      else this.#agenda.set(tag, endMs);
      return;
    }
    for (let sent = 0; this.#waiting[tag] === undefined; sent++) {
      const index = this.#next[tag] as number;
      const dueMs = shape.intervalMs === 0 ? now : startMs + index * shape.intervalMs;
      // What rounding puts just before the end is not one message more.
      const isBeyond = dueMs >= endMs - roundingMs;
      if (index >= shape.messages || (isBeyond && now >= endMs)) {
        this.#finish(tag);
        return;
      }
      if (isBeyond || dueMs > now || sent === mostAtOnce) {
        this.#agenda.set(tag, isBeyond ? endMs : Math.max(dueMs, now));
        return;
      }
      this.#send(tag, index, dueMs, now);
      if (this.#finished[tag]) return;
    }
    // It goes on when the transport takes more, or is over when the time is.
    if (now < endMs) this.#agenda.set(tag, endMs);
    else this.#finish(tag);
  }

  #finish(tag: number): void {
    this.forget(tag);
    this.#options.port.finish(tag);
  }

  #send(tag: number, index: number, dueMs: number, now: number): void {
    const { shape, messages, port, recorder, isMeasured } = this.#options;
    let length: number;
    try {
      length = messages.make(this.#slot[tag] as number, index, tag);
    } catch (error) {
      if (!(error instanceof MessageMisfit)) throw error;
      this.#refuse(tag, error.message);
      return;
    }
    this.#next[tag] = index + 1;
    const { match } = shape;
    let message: SentMessage | undefined;
    if (this.#matches) {
      message = { dueMs, writtenMs: now, later: undefined };
      const key = match.kind === "field" ? match.ofRequest(messages.bytes, 0, length) : index;
      this.#outstanding[tag]?.add(key, message);
    }
    if (port.write(tag, messages.bytes, length)) {
      if (isMeasured(tag)) recorder.sent(shape.intervalMs === 0 ? undefined : dueMs, now, length);
      return;
    }
    this.#waiting[tag] = message ?? { dueMs, writtenMs: now, later: undefined };
    this.#waitingBytes[tag] = length;
  }

  /** Ends the call, after whoever is starting it has done so. */
  #refuse(tag: number, reason: string): void {
    this.forget(tag);
    this.#refusal[tag] = reason;
    setImmediate(() => {
      if (this.#refusal[tag] === reason) this.#options.port.cancel(tag);
    });
  }

  /** What had to wait was written. */
  #written(tag: number, atMs: number): void {
    const message = this.#waiting[tag];
    if (message === undefined) return;
    const { shape, recorder, isMeasured } = this.#options;
    this.#waiting[tag] = undefined;
    message.writtenMs = atMs;
    if (!isMeasured(tag)) return;
    recorder.sent(shape.intervalMs === 0 ? undefined : message.dueMs, atMs, this.#waitingBytes[tag] as number);
  }

  #cutOff(tag: number): void {
    this.#cut[tag] = true;
    this.#agenda.withdraw(tag);
    this.#options.port.cancel(tag);
  }

  /** How many messages were due by then; as many as were sent where there is no pace. */
  #dueUntil(tag: number, nowMs: number): number {
    const { intervalMs, durationMs, messages, sends } = this.#options.shape;
    const sent = this.#next[tag] as number;
    if (!sends || intervalMs === 0) return sent;
    const lastedMs = nowMs - (this.#startMs[tag] as number);
    // The message due at this very moment counts as one that was not to be sent any more.
    return Math.max(sent, Math.min(messages, Math.ceil((Math.min(lastedMs, durationMs) - roundingMs) / intervalMs)));
  }
}
