import { setTimeout as pause } from "node:timers/promises";
import { createHeyHow, openChannel } from "@hey/client";

/** Calls through the front with one hop, one after the other, and remembers who answered behind it. */
export interface Probe extends AsyncDisposable {
  /** When each replica first answered, by name; Date.now() clock. */
  readonly firstAnswers: ReadonlyMap<string, number>;
  readonly failures: readonly unknown[];
  /** Resolves once all of these have answered. */
  heardFrom(replicas: readonly string[], limitMs: number): Promise<void>;
}

/** Starts to probe by way of a front. */
export async function startProbe(front: string): Promise<Probe> {
  const channel = await openChannel({ target: front });
  const heyHow = createHeyHow(channel);
  const firstAnswers = new Map<string, number>();
  const failures: unknown[] = [];
  const stop = new AbortController();
  let onAnswer = () => {};

  async function probe() {
    while (!stop.signal.aborted) {
      try {
        const { path } = await heyHow.say({ hops: 1 }, { deadlineMs: 5_000, waitForReady: true });
        const name = path[1]?.replica?.name;
        if (name !== undefined && !firstAnswers.has(name)) firstAnswers.set(name, Date.now());
      } catch (error) {
        failures.push(error);
      }
      onAnswer();
      await pause(10); // its pace, so that it is no load
    }
  }
  const probing = probe();
  return {
    firstAnswers,
    failures,
    heardFrom: (replicas, limitMs) =>
      new Promise((resolve, reject) => {
        const missing = () => replicas.filter((name) => !firstAnswers.has(name));
        const limit = setTimeout(
          () => reject(new Error(`not heard from within ${limitMs} ms: ${missing().join(", ")}`)),
          limitMs,
        );
        onAnswer = () => {
          if (missing().length > 0) return;
          clearTimeout(limit);
          onAnswer = () => {};
          resolve();
        };
      }),
    async [Symbol.asyncDispose]() {
      stop.abort();
      await probing;
      channel.close();
    },
  };
}
