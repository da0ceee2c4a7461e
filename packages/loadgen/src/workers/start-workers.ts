import { Worker } from "node:worker_threads";
import { ProgramError } from "@hey/runtime";
import type { ThreadResult } from "../thread.ts";
import type { Crew, CrewOptions } from "./crew.ts";
import type { FromWorker, ToWorker, WorkerStart } from "./messages.ts";
import { createTickBoard } from "./tick-board.ts";

/** Time for the word to start to reach every worker, in ms. */
const headStartMs = 20;

/**
 * Starts the worker threads and waits until each has its connections. Rejects with the first one's ProgramError. One that dies later
 * ends the run: what the others did is reported.
 */
export async function startWorkers({ settings, io, prepared, show, onRow }: CrewOptions): Promise<Crew> {
  const count = settings.workers;
  const failure = Promise.withResolvers<never>();
  failure.promise.catch(() => {}); // Told where somebody waits.
  const ready = Array.from({ length: count }, () => Promise.withResolvers<string>());
  const ended = Array.from({ length: count }, () => Promise.withResolvers<void>());
  const results = Array.from({ length: count }, () => Promise.withResolvers<ThreadResult | undefined>());
  /** Those that died while the run went on, and of what. */
  const lost = new Map<number, string>();
  const ticks = createTickBoard({ count, show, onRow });
  let tickNumber = 0;
  let opened = false;
  let disposed = false;

  // The packed program has it beside itself, as JavaScript.
  const file = new URL(import.meta.url.endsWith(".ts") ? "./worker.ts" : "./worker.js", import.meta.url);
  const workers = Array.from({ length: count }, (_, index) => {
    const workerData: WorkerStart = { settings, slice: { index, count }, env: io.env, known: prepared.inputs.known };
    const worker = new Worker(file, { workerData, name: `worker ${index + 1} of ${count}` });
    worker.on("message", (message: FromWorker) => {
      if (message.kind === "ready") ready[index]?.resolve(message.engine);
      else if (message.kind === "ticked") ticks.note(message.number, index, message.seen);
      else if (message.kind === "ended") ended[index]?.resolve();
      else if (message.kind === "result") results[index]?.resolve(message.result);
      else failure.reject(new ProgramError(message.message, { exitCode: message.exitCode }));
    });
    worker.on("error", (cause) => lose(index, `ended by an error: ${cause.message}`));
    worker.on("exit", (code) => lose(index, `ended with ${code} in the middle`));
    return worker;
  });
  const tell = (message: ToWorker) => {
    for (const worker of workers) worker.postMessage(message);
  };
  const all = <T>(each: readonly PromiseWithResolvers<T>[]): Promise<T[]> =>
    Promise.race([Promise.all(each.map(({ promise }) => promise)), failure.promise]);

  function lose(index: number, why: string): void {
    if (disposed || lost.has(index)) return;
    const words = `worker ${index + 1} of ${count} ${why}`;
    lost.set(index, words);
    if (!opened || lost.size === count) failure.reject(new ProgramError(words));
    // Without its part the plan is another one.
    tell({ kind: "stop", reason: "aborted" });
    ended[index]?.resolve();
    results[index]?.resolve(undefined);
    ticks.leaveOut(index);
  }

  const stopOpening = () => tell({ kind: "stop", reason: "signal" });
  io.signal.addEventListener("abort", stopOpening);
  const dispose = async () => {
    disposed = true;
    await Promise.all(workers.map((worker) => worker.terminate()));
  };
  let engine = "";
  try {
    [engine = ""] = await all(ready);
    opened = true;
  } catch (error) {
    await dispose();
    throw error;
  } finally {
    io.signal.removeEventListener("abort", stopOpening);
  }
  return {
    engine,
    connections: Math.max(count, settings.connections),
    async run() {
      tell({ kind: "start", at: performance.timeOrigin + performance.now() + headStartMs });
      await all(ended);
    },
    tick: () => tell({ kind: "tick", number: tickNumber++ }),
    stop: (reason) => tell({ kind: "stop", reason }),
    cut: () => tell({ kind: "cut" }),
    async results() {
      tell({ kind: "finish", number: tickNumber++ });
      tell({ kind: "result" });
      return (await all(results)).filter((result) => result !== undefined);
    },
    lost: () => [...lost.values()],
    [Symbol.asyncDispose]: dispose,
  };
}
