import { createSlots } from "../plan/slots.ts";
import type { Accounting } from "./accounting.ts";
import type { Course, DriveOptions, EndReason } from "./drive-options.ts";
import { type Engine, type EngineEvents, isGood } from "./engine.ts";
import { InFlight } from "./in-flight.ts";

type Book = { -readonly [K in keyof Accounting]: Accounting[K] };

/** Starts calls by a plan and follows each to its end. Made for one run. Costs well under a µs a call and no memory. */
export class Drive implements EngineEvents {
  readonly #options: DriveOptions;
  readonly #inFlight = new InFlight();
  readonly #over = Promise.withResolvers<void>();
  readonly #warmup: Book = { planned: 0, started: 0, dropped: 0, queued: 0, finished: 0, cancelled: 0 };
  readonly #measured: Book = { ...this.#warmup };
  #warmupFailed = 0;
  #engine: Engine | undefined;
  #startMs = 0;
  #measureMs = 0;
  #endMs = 0;
  #closedMs = 0;
  #planEndMs = 0;
  #lastEndMs = 0;
  #endReason: EndReason = "duration";
  /** No more calls are started. */
  #closed = false;
  #isOver = false;
  /** The slots: one cursor for what is due, one for what was started (or dropped). What lies between waits. */
  #due = createSlots(() => Number.POSITIVE_INFINITY, { index: 0, count: 1 });
  #next = this.#due;
  #slot = 0;
  #wakeLateMs = 0;
  #cancelWake = () => {};
  #cancelEnd = () => {};
  readonly #wake = () => this.#pump();

  constructor(options: DriveOptions) {
    this.#options = options;
  }

  /** Resolves when every call has ended or was cut off. Drives that share a plan have to be told one start. */
  async run(engine: Engine, startMs = this.#options.clock.now()): Promise<Course> {
    const { clock, mode, slice, warmupMs, durationMs } = this.#options;
    this.#engine = engine;
    this.#startMs = startMs;
    this.#measureMs = this.#startMs + warmupMs;
    this.#endMs = this.#startMs + (warmupMs + durationMs); // Added up like a slot's time, to be equal where they are.
    if (this.#endMs < Number.POSITIVE_INFINITY) {
      this.#cancelEnd = clock.wakeAt(this.#endMs, () => this.stop("duration"));
    }
    if (mode.kind === "open") {
      this.#due = createSlots(mode.schedule(), slice);
      this.#next = createSlots(mode.schedule(), slice);
      this.#pump();
    } else this.#fill(mode.concurrency);
    await this.#over.promise;
    return this.course;
  }

  get course(): Course {
    const waiting = (book: Book) => book.planned - book.started - book.dropped;
    return {
      startMs: this.#startMs,
      measureMs: this.#measureMs,
      closedMs: this.#closedMs,
      planEndMs: this.#planEndMs,
      lastEndMs: this.#lastEndMs,
      endReason: this.#endReason,
      warmup: { ...this.#warmup, queued: waiting(this.#warmup) },
      measured: { ...this.#measured, queued: waiting(this.#measured) },
      warmupFailed: this.#warmupFailed,
      inFlight: this.#inFlight.count,
    };
  }

  /** How late the latest planned call was looked at since the last time, in ms: the generator's own doing. */
  takeWakeLateness(): number {
    const late = this.#wakeLateMs;
    this.#wakeLateMs = 0;
    return late;
  }

  /** Plans no more calls; those in flight may end within the drain. */
  stop(reason: EndReason): void {
    if (this.#isOver || this.#engine === undefined) return;
    if (this.#closed) {
      // A signal in the drain hurries it, so that it is what the run ends with.
      if (reason === "signal") this.#endReason = reason;
      return;
    }
    const { clock, mode, drainMs } = this.#options;
    if (mode.kind === "open") {
      this.#plan(clock.now());
      this.#startDue();
    }
    this.#closed = true;
    this.#endReason = reason;
    this.#options.recorder.planEnded();
    this.#closedMs = reason === "duration" ? this.#endMs : clock.now();
    const nextMs = Math.min(this.#startMs + this.#due.dueMs, this.#endMs);
    this.#planEndMs = reason === "total" && nextMs < Number.POSITIVE_INFINITY ? nextMs : this.#closedMs;
    this.#cancelWake();
    this.#cancelEnd();
    if (this.#inFlight.count === 0) this.#finish();
    else this.#cancelEnd = clock.wakeAt(clock.now() + drainMs, () => this.cut());
  }

  /** Ends what is left of the drain: calls in flight are cut off, and counted so. */
  cut(): void {
    if (!this.#closed || this.#isOver) return;
    this.#isOver = true;
    this.#cancelEnd();
    for (const tag of this.#inFlight.tags()) {
      this.#bookOf(this.#inFlight.dueMs[tag] as number).cancelled++;
      this.#engine?.cancel(tag);
    }
    this.#over.resolve();
  }

  onMessage(tag: number, atMs: number): void {
    const { firstMs, lastMs, dueMs } = this.#inFlight;
    if (this.#isOver) return;
    if (firstMs[tag] === 0) firstMs[tag] = atMs;
    else if ((dueMs[tag] as number) >= this.#measureMs)
      this.#options.recorder.message(atMs, atMs - (lastMs[tag] as number));
    lastMs[tag] = atMs;
  }

  isMeasured(tag: number): boolean {
    const flight = this.#inFlight;
    return !this.#isOver && flight.isBusy(tag) && (flight.dueMs[tag] as number) >= this.#measureMs;
  }

  startedMs(tag: number): number {
    return this.#inFlight.sentMs[tag] as number;
  }

  onWritten(tag: number, atMs: number): void {
    this.#inFlight.sentMs[tag] = atMs;
  }

  onEnd(tag: number, code: number, endpoint: number, atMs: number, details: string): void {
    const flight = this.#inFlight;
    // What was cut off is booked already; its end is no news.
    if (this.#isOver || !flight.isBusy(tag)) return;
    // The timer of the end may be late: what ends after the plan belongs to the drain all the same.
    if (atMs > this.#endMs) this.stop("duration");
    const dueMs = flight.dueMs[tag] as number;
    const sentMs = flight.sentMs[tag] as number;
    const firstMs = flight.firstMs[tag] as number;
    flight.release(tag);
    this.#lastEndMs = atMs;
    if (dueMs >= this.#measureMs) {
      this.#measured.finished++;
      this.#options.recorder.call(dueMs, sentMs, firstMs, atMs, code, endpoint, details);
    } else {
      this.#warmup.finished++;
      if (!isGood(code)) this.#warmupFailed++;
    }
    this.onRoom();
    if (this.#closed && flight.count === 0) this.#finish();
  }

  onRoom(): void {
    if (this.#closed) return;
    const { mode } = this.#options;
    if (mode.kind === "closed") this.#fill(mode.concurrency);
    else if (this.#next.index < this.#due.index) {
      this.#startDue();
      this.#closeWhenAllStarted();
    }
  }

  /** Closed loop: as many calls as there is place for. */
  #fill(concurrency: number): void {
    const { clock, total, slice } = this.#options;
    for (;;) {
      // With the last call's start, not with its end: from there on the drain counts.
      if (this.#measured.planned >= total) {
        this.stop("total");
        return;
      }
      if (this.#inFlight.count >= concurrency) return;
      const now = clock.now();
      if (now >= this.#endMs) return; // The timer of the end is about to fire.
      if (!this.#begin(this.#slot * slice.count + slice.index, now, now)) return;
      this.#slot++;
      this.#bookOf(now).planned++;
    }
  }

  /** Open loop: plans what has become due, starts what can be, and sets the next wake. */
  #pump(): void {
    this.#plan(this.#options.clock.now());
    this.#startDue();
    const { dueMs } = this.#due;
    if (this.#startMs + dueMs < this.#endMs && this.#measured.planned < this.#options.total) {
      this.#cancelWake = this.#options.clock.wakeAt(this.#startMs + dueMs, this.#wake);
    }
    this.#closeWhenAllStarted();
  }

  #plan(nowMs: number): void {
    const due = this.#due;
    for (;;) {
      const atMs = this.#startMs + due.dueMs;
      if (atMs > nowMs || atMs >= this.#endMs || this.#measured.planned >= this.#options.total) return;
      this.#bookOf(atMs).planned++;
      if (nowMs - atMs > this.#wakeLateMs) this.#wakeLateMs = nowMs - atMs;
      due.advance();
    }
  }

  #startDue(): void {
    const { mode, clock } = this.#options;
    if (mode.kind === "closed") return;
    const next = this.#next;
    while (next.index < this.#due.index) {
      const dueMs = this.#startMs + next.dueMs;
      const placed = this.#inFlight.count < mode.maxInFlight && this.#begin(next.slot, dueMs, clock.now());
      if (!placed) {
        if (mode.whenFull === "queue") return;
        this.#bookOf(dueMs).dropped++;
      }
      next.advance();
    }
  }

  /** A run by number is over as soon as its last call was started; one by time only when the time is up. */
  #closeWhenAllStarted(): void {
    const noSlots = this.#due.dueMs === Number.POSITIVE_INFINITY && this.#endMs === Number.POSITIVE_INFINITY;
    const planEnded = this.#measured.planned >= this.#options.total || noSlots;
    if (planEnded && this.#next.index === this.#due.index) this.stop("total");
  }

  #begin(slot: number, dueMs: number, nowMs: number): boolean {
    const tag = this.#inFlight.take(dueMs, nowMs);
    if (this.#engine?.start(tag, slot)) {
      this.#bookOf(dueMs).started++;
      return true;
    }
    this.#inFlight.release(tag);
    return false;
  }

  #bookOf(dueMs: number): Book {
    return dueMs >= this.#measureMs ? this.#measured : this.#warmup;
  }

  #finish(): void {
    this.#isOver = true;
    this.#cancelEnd();
    this.#over.resolve();
  }
}
