import type { Io } from "@hey/runtime";
import { createPlan } from "../plan/load.ts";
import type { Prepared } from "../prepare.ts";
import type { SeriesRow } from "../record/series.ts";
import type { ProcessUsage } from "../record/watch.ts";
import type { Moment } from "../report/progress.ts";
import type { LoadgenSettings } from "../settings/settings.ts";
import { openThread, type ThreadResult } from "../thread.ts";
import { startWorkers } from "./start-workers.ts";

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

/** Opens the connections. Rejects with a ProgramError of exit code 3. */
export async function openCrew(options: CrewOptions): Promise<Crew> {
  return options.settings.workers === 1 ? await openAlone(options) : await startWorkers(options);
}

async function openAlone({ prepared, settings, io, usage, show, onRow }: CrewOptions): Promise<Crew> {
  const thread = await openThread({
    ...{ prepared, settings, io, usage, show, onRow },
    plan: createPlan(settings, prepared.trace),
    slice: { index: 0, count: 1 },
  });
  return {
    engine: thread.engine,
    connections: settings.connections,
    run: () => thread.run(performance.now()),
    tick: thread.tick,
    stop: thread.stop,
    cut: thread.cut,
    async results() {
      thread.finish();
      return [thread.result()];
    },
    lost: () => [],
    [Symbol.asyncDispose]: () => thread[Symbol.asyncDispose](),
  };
}
