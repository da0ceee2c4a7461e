import type { KnownInputs } from "../inputs.ts";
import type { Slice } from "../plan/slots.ts";
import type { Histogram } from "../record/histogram.ts";
import type { SeriesRow } from "../record/series.ts";
import type { Moment } from "../report/progress.ts";
import type { LoadgenSettings } from "../settings/settings.ts";
import type { ThreadResult } from "../thread.ts";

/** What a worker thread is started with. */
export interface WorkerStart {
  readonly settings: LoadgenSettings;
  readonly slice: Slice;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** What the main thread has read of files and stdin. */
  readonly known: KnownInputs;
}

/** What a worker is told. */
export type ToWorker =
  /** Start at this time: `performance.timeOrigin + performance.now()`, which is one clock for all threads. */
  | { readonly kind: "start"; readonly at: number }
  | { readonly kind: "tick" | "finish"; readonly number: number }
  | { readonly kind: "stop"; readonly reason: "signal" | "aborted" }
  | { readonly kind: "cut" }
  | { readonly kind: "result" };

/** What a worker saw since the tick before. */
export interface Seen {
  readonly moment: Moment | undefined;
  /** Of the measured phase, with the response times of its calls. */
  readonly row: { readonly row: SeriesRow; readonly response: Histogram } | undefined;
}

/** What a worker tells. */
export type FromWorker =
  | { readonly kind: "ready"; readonly engine: string }
  | { readonly kind: "ticked"; readonly number: number; readonly seen: Seen }
  | { readonly kind: "ended" }
  | { readonly kind: "result"; readonly result: ThreadResult }
  /** A failure that was to be expected, before the start. */
  | { readonly kind: "failed"; readonly message: string; readonly exitCode: number };
