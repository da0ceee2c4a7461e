import { Worker } from "node:worker_threads";
import { ProgramError } from "@hey/runtime";
import { merged } from "../record/histogram.ts";
import { figuresOf, sideBySide } from "../record/series.ts";
import { addMoments } from "../report/add-moments.ts";
import type { ThreadResult } from "../thread.ts";
import type { Crew, CrewOptions } from "./crew.ts";
import type { FromWorker, Seen, ToWorker, WorkerStart } from "./messages.ts";

/** Time for the word to start to reach every worker, in ms. */
const headStartMs = 20;

/** Starts the worker threads and waits until each has its connections. Rejects with the first one's ProgramError. */
export async function startWorkers({ settings, io, prepared, show, onRow }: CrewOptions): Promise<Crew> {
  const count = settings.workers;
  const failure = Promise.withResolvers<never>();
  failure.promise.catch(() => {}); // Told where somebody waits.
  const ready = Array.from({ length: count }, () => Promise.withResolvers<string>());
  const ended = Array.from({ length: count }, () => Promise.withResolvers<void>());
  const results = Array.from({ length: count }, () => Promise.withResolvers<ThreadResult>());
  /** What the workers saw at each tick that not all have answered. */
  const ticks = new Map<number, Seen[]>();
  let tickNumber = 0;
  let disposed = false;

  // The packed program has it beside itself, as JavaScript.
  const file = new URL(import.meta.url.endsWith(".ts") ? "./worker.ts" : "./worker.js", import.meta.url);
  const workers = Array.from({ length: count }, (_, index) => {
    const workerData: WorkerStart = { settings, slice: { index, count }, env: io.env, stdin: prepared.stdin };
    const worker = new Worker(file, { workerData, name: `worker ${index + 1} of ${count}` });
    worker.on("message", (message: FromWorker) => {
      if (message.kind === "ready") ready[index]?.resolve(message.engine);
      else if (message.kind === "ticked") ticked(message.number, message.seen);
      else if (message.kind === "ended") ended[index]?.resolve();
      else if (message.kind === "result") results[index]?.resolve(message.result);
      else failure.reject(new ProgramError(message.message, { exitCode: message.exitCode }));
    });
    worker.on("error", (cause) =>
      failure.reject(
        new ProgramError(`worker ${index + 1} of ${count} ended by an error: ${cause.message}`, { cause }),
      ),
    );
    worker.on("exit", (code) => {
      if (!disposed)
        failure.reject(new ProgramError(`worker ${index + 1} of ${count} ended with ${code} in the middle`));
    });
    return worker;
  });
  const tell = (message: ToWorker) => {
    for (const worker of workers) worker.postMessage(message);
  };
  const all = <T>(each: readonly PromiseWithResolvers<T>[]): Promise<T[]> =>
    Promise.race([Promise.all(each.map(({ promise }) => promise)), failure.promise]);

  function ticked(number: number, seen: Seen): void {
    const there = [...(ticks.get(number) ?? []), seen];
    if (there.length < count) {
      ticks.set(number, there);
      return;
    }
    ticks.delete(number);
    const rows = there.flatMap(({ row }) => (row === undefined ? [] : [row]));
    const [first, ...others] = rows.map(({ row }) => row);
    // The times come from all the counts of this second, and not from the threads' own figures.
    if (first !== undefined)
      onRow({ ...others.reduce(sideBySide, first), ...figuresOf(merged(rows.map(({ response }) => response))) });
    const moments = there.flatMap(({ moment }) => (moment === undefined ? [] : [moment]));
    const moment = addMoments(moments);
    if (moment !== undefined) show(moment);
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
      tell({ kind: "tick", number: tickNumber++ });
      tell({ kind: "result" });
      return await all(results);
    },
    [Symbol.asyncDispose]: dispose,
  };
}
