// A worker thread: makes its part of the calls, and tells the main thread what it saw.
import { Readable } from "node:stream";
import { parentPort, workerData } from "node:worker_threads";
import { redirectGrpcLog } from "@hey/rpc";
import { createLogger, type Io, ProgramError } from "@hey/runtime";
import { systemClock } from "../drive/clock.ts";
import { createInputs } from "../inputs.ts";
import { createPlan } from "../plan/load.ts";
import { prepare } from "../prepare.ts";
import type { Histogram } from "../record/histogram.ts";
import type { ProcessUsage } from "../record/watch.ts";
import { openThread, type Thread } from "../thread.ts";
import type { FromWorker, Seen, ToWorker, WorkerStart } from "./messages.ts";
import { partOf, workerPlan } from "./share.ts";

const port = parentPort;
if (port === null) throw new Error("expected to be started as a worker thread");
const { settings, slice, env, known } = workerData as WorkerStart;
const tell = (message: FromWorker) => port.postMessage(message);

/** Of the process there is one, of which each thread says its part. */
const usage: ProcessUsage = { cpuUsage: () => process.threadCpuUsage(), memoryUsage: process.memoryUsage };
const opening = new AbortController();
const { stdout, stderr } = process;
const logger = createLogger({ name: "hey-loadgen", level: "warn", destination: stderr, pretty: false });
const io: Io = { signal: opening.signal, stdout, stderr, stdin: Readable.from([]), env, logger };
redirectGrpcLog((text) => logger.debug({ event: "grpc-js" }, text));

let seen: { -readonly [K in keyof Seen]: Seen[K] } = { moment: undefined, row: undefined };
let thread: Thread | undefined;
port.on("message", (message: ToWorker) => {
  if (message.kind === "start") void run(message.at);
  else if (message.kind === "stop" && thread === undefined) opening.abort();
  else if (message.kind === "stop") thread?.stop(message.reason);
  else if (message.kind === "cut") thread?.cut();
  else if (message.kind === "tick" || message.kind === "finish") {
    seen = { moment: undefined, row: undefined };
    thread?.[message.kind]();
    tell({ kind: "ticked", number: message.number, seen });
  } else if (thread !== undefined) tell({ kind: "result", result: thread.result() });
});

try {
  // Each worker has a connection at least.
  const connections = Math.max(1, partOf(settings.connections, slice));
  const own = { ...settings, connections };
  const prepared = await prepare(own, io, { inputs: createInputs(io.stdin, known), slice });
  thread = await openThread({
    ...{ prepared, settings: own, io, slice, usage },
    plan: workerPlan(createPlan(own, prepared.trace), slice, own.warmup),
    show(moment) {
      seen.moment = moment;
    },
    onRow(row, response) {
      seen.row = { row, response: copy(response) };
    },
  });
  tell({ kind: "ready", engine: thread.engine });
} catch (error) {
  if (!(error instanceof ProgramError)) throw error;
  tell({ kind: "failed", message: error.message, exitCode: error.exitCode });
}

async function run(at: number): Promise<void> {
  const startMs = at - performance.timeOrigin;
  const { promise: itIsTime, resolve } = Promise.withResolvers<void>();
  systemClock().wakeAt(startMs, resolve);
  await itIsTime;
  await thread?.run(startMs);
  tell({ kind: "ended" });
}

function copy(histogram: Histogram): Histogram {
  return { ...histogram, counts: histogram.counts.slice() };
}
