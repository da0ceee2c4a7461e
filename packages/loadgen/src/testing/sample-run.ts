import type { Course } from "../drive/drive-options.ts";
import { createHistogram } from "../record/histogram.ts";
import { createRecorder } from "../record/recorder.ts";
import type { RunRecord } from "../report/create-report.ts";
import { judged } from "./judged.ts";

/** Books of nothing. */
export const book = { planned: 0, started: 0, dropped: 0, queued: 0, finished: 0, cancelled: 0 };
/** Ten seconds of measuring after one of warm-up. */
export const course: Course = {
  startMs: 1_000,
  measureMs: 2_000,
  closedMs: 12_000,
  planEndMs: 12_000,
  lastEndMs: 13_000,
  endReason: "duration",
  warmup: book,
  measured: { ...book, planned: 10, started: 10, finished: 10 },
  warmupFailed: 0,
  inFlight: 0,
};

/** What a report is made of, for tests. */
export function runRecord(given: Partial<RunRecord> = {}): RunRecord {
  return {
    name: "",
    startedAt: new Date(0),
    command: ["hey-loadgen"],
    failOnSaturation: false,
    environment: { node: "24", os: "linux", cpuModel: "", cpus: 2, loadgen: "0.1.0" },
    target: { uri: "a:1", method: "a.B/C", kind: "unary", engine: "wire", connections: 1, match: "", timeoutMs: 0 },
    load: {
      model: "open",
      plan: "1/s, evenly, for 10s",
      durationMs: 10_000,
      warmupMs: 1_000,
      total: 0,
      concurrency: 0,
      maxInFlight: 0,
      whenFull: "queue",
      workers: 1,
    },
    course,
    recording: createRecorder().recording,
    endpoints: [
      { address: "", name: "" },
      { address: "10.0.0.1:9999", name: "one" },
      { address: "10.0.0.2:9999", name: "two" },
    ],
    series: [],
    connect: createHistogram(),
    percentiles: [50, 99, 99.9],
    generator: judged(),
    retries: 0,
    caveats: [],
    ...given,
  };
}
