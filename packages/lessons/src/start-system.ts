import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { type Child, runningSystems, type System, startChild } from "@hey/demo";
import { checkout } from "./places.ts";
import type { Self } from "./self.ts";
import { until } from "./until.ts";

/** A system of one's own. Disposing ends it. */
export interface StartedSystem extends AsyncDisposable {
  readonly system: System;
  /** Ends it; resolves to whether its client lost nothing, as its exit code tells. */
  stop(): Promise<boolean>;
}

/** Starts what `npm start` starts, with every port of the system's choice; its words go to .hey/lessons.log. */
export async function startSystem(self: Self, signal: AbortSignal): Promise<StartedSystem> {
  const file = join(checkout, ".hey/lessons.log");
  await mkdir(join(checkout, ".hey"), { recursive: true });
  await rm(file, { force: true }); // of the last time
  const child = startChild({
    part: { name: "npm start", program: "demo", args: ["--port", "0"], ports: [] },
    nodePath: self.nodePath,
    env: self.env,
    output: { file },
  });
  try {
    const systems = await until(
      "up",
      () => ownSystems(child, self),
      ([system]) => system !== undefined,
      signal,
    );
    const system = systems[0];
    if (system === undefined) throw new Error("expected a system"); // the compiler does not know what until made sure of
    const stop = async () => (await child.stop()).code === 0;
    return { system, stop, [Symbol.asyncDispose]: async () => void (await stop()) };
  } catch (error) {
    await child.stop();
    throw error;
  }
}

async function ownSystems(child: Child, self: Self): Promise<readonly System[]> {
  if (child.endedByItself !== undefined) throw new Error("npm start ended: .hey/lessons.log has its words");
  return (await runningSystems(checkout, self.runs)).filter(({ pid }) => pid === child.pid);
}
