import { createPlan } from "../plan/load.ts";
import { whole } from "../plan/slots.ts";
import { openThread } from "../thread.ts";
import type { Crew, CrewOptions } from "./crew.ts";
import { startWorkers } from "./start-workers.ts";

/** Opens the connections. Rejects with a ProgramError of exit code 3. */
export async function openCrew(options: CrewOptions): Promise<Crew> {
  return options.settings.workers === 1 ? await openAlone(options) : await startWorkers(options);
}

async function openAlone({ prepared, settings, io, usage, show, onRow }: CrewOptions): Promise<Crew> {
  const thread = await openThread({
    ...{ prepared, settings, io, usage, show, onRow },
    plan: createPlan(settings, prepared.trace),
    slice: whole,
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
