import type { Schedule } from "../plan/schedule.ts";
import type { Slice } from "../plan/slots.ts";
import type { Accounting } from "./accounting.ts";
import type { Clock } from "./clock.ts";

/** When calls are started. */
export type Mode =
  /** By the plan, whatever the answers do. `schedule` makes the same schedule anew each time. */
  | {
      readonly kind: "open";
      schedule(): Schedule;
      readonly maxInFlight: number;
      /** A slot that cannot start waits, and its wait is in its response time; or it is given up, and counted. */
      readonly whenFull: "queue" | "drop";
    }
  /** A fixed number at a time: each answer starts the next call. */
  | { readonly kind: "closed"; readonly concurrency: number };

export interface DriveOptions {
  readonly mode: Mode;
  /** Which of the plan's slots are this drive's. */
  readonly slice: Slice;
  /** Calls planned in this time from the start are made, but not recorded. */
  readonly warmupMs: number;
  /** How long calls are planned after the warm-up; `Infinity`: until `total`. */
  readonly durationMs: number;
  /** How many calls are planned after the warm-up; `Infinity`: until the time is up. */
  readonly total: number;
  /** How long calls in flight may take to end after that, before they are cut off. */
  readonly drainMs: number;
  readonly clock: Clock;
  readonly recorder: CallRecorder;
}

/** Who is told of each call of the measured phase. Times in ms on the drive's clock. */
export interface CallRecorder {
  /** A message of an answer after its first one, and how long after the one before. */
  message(atMs: number, gapMs: number): void;
  /** A call that ended by itself. `firstMs` is 0 when no message came. */
  call(
    dueMs: number,
    sentMs: number,
    firstMs: number,
    endMs: number,
    code: number,
    endpoint: number,
    details: string,
  ): void;
  /** Planning has ended: what is told from here on belongs to the drain. */
  planEnded(): void;
}

/** Why no more calls were planned. */
export type EndReason = "duration" | "total" | "signal" | "aborted";

/** What a drive knows of its own course. Times in ms on its clock; 0 for what has not happened. */
export interface Course {
  readonly startMs: number;
  /** The end of the warm-up. */
  readonly measureMs: number;
  /** When planning ended. */
  readonly closedMs: number;
  /** The first moment that is no more of the plan: of a plan by number when the slot after its last one would be due. */
  readonly planEndMs: number;
  readonly lastEndMs: number;
  readonly endReason: EndReason;
  readonly warmup: Accounting;
  readonly measured: Accounting;
  /** Calls of the warm-up that were not good. */
  readonly warmupFailed: number;
  readonly inFlight: number;
}
