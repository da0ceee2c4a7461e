import type { Io } from "@hey/runtime";
import type { Prepared } from "../prepare.ts";
import type { SeriesRow } from "../record/series.ts";
import type { ProcessUsage } from "../record/watch.ts";
import type { Moment } from "../report/progress.ts";
import type { LoadgenSettings } from "../settings/settings.ts";
import type { ThreadResult } from "../thread.ts";

export interface CrewOptions {
  readonly prepared: Prepared;
  readonly settings: LoadgenSettings;
  readonly io: Io;
  readonly usage: ProcessUsage;
  show(moment: Moment): void;
  /** Told each row of the measured phase. */
  onRow(row: SeriesRow): void;
}

/** Whoever makes the calls: this thread, or so many others. Disposing closes the connections. */
export interface Crew extends AsyncDisposable {
  readonly engine: string;
  /** How many connections to each address there are in all. */
  readonly connections: number;
  /** Makes the calls. Resolves when each has ended or was cut off. */
  run(): Promise<void>;
  /** Looks at the run: once a second. */
  tick(): void;
  stop(reason: "signal" | "aborted"): void;
  cut(): void;
  /** What each thread's calls came to, after a last look. */
  results(): Promise<readonly ThreadResult[]>;
  /** The threads that died while the run went on, and of what. */
  lost(): readonly string[];
}
