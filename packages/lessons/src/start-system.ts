import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { join, relative } from "node:path";
import { type Child, runningSystems, type System, startChild } from "@hey/demo";
import { checkout } from "./places.ts";
import type { Self } from "./self.ts";
import { until } from "./until.ts";

/** A system of one's own. Disposing ends it. */
export interface StartedSystem extends AsyncDisposable {
  readonly system: System;
  /** Its words, from the root of the repository; gone once it has ended well. */
  readonly log: string;
  /** Ends it; resolves to whether its client lost nothing, as its exit code tells. */
  stop(): Promise<boolean>;
}

/** Starts what `npm start` starts, with every port of the system's choice, and a log of its own: several may run side by side. */
export async function startSystem(self: Self, signal: AbortSignal): Promise<StartedSystem> {
  await mkdir(join(checkout, ".hey"), { recursive: true });
  const folder = await mkdtemp(join(checkout, ".hey/lesson-"));
  const file = join(folder, "npm-start.log");
  const log = relative(checkout, file);
  const child = startChild({
    part: { name: "npm start", program: "demo", args: ["--port", "0"], ports: [] },
    nodePath: self.nodePath,
    env: self.env,
    output: { file },
  });
  const stop = async () => {
    const { code } = await child.stop();
    if (code === 0) await rm(folder, { recursive: true, force: true });
    return code === 0;
  };
  try {
    const systems = await until(
      "up",
      () => ownSystems(child, { self, log }),
      ([system]) => system !== undefined,
      signal,
    );
    const system = systems[0];
    if (system === undefined) throw new Error("expected a system"); // the compiler does not know what until made sure of
    return { system, log, stop, [Symbol.asyncDispose]: async () => void (await stop()) };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function ownSystems(
  child: Child,
  { self, log }: { readonly self: Self; readonly log: string },
): Promise<readonly System[]> {
  if (child.endedByItself !== undefined) throw new Error(`npm start ended: ${log} has its words`);
  return (await runningSystems(checkout, self.runs)).filter(({ pid }) => pid === child.pid);
}
