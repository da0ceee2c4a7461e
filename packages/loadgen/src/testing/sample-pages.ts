import { type FindMaxReport, findMaxSchema } from "../find-max/find-max-report.ts";
import type { Step } from "../find-max/judge-step.ts";
import { createRecorder } from "../record/recorder.ts";
import { figuresOf } from "../record/series.ts";
import { createReport } from "../report/create-report.ts";
import type { Report } from "../report/report.ts";
import { runRecord } from "./sample-run.ts";

/** A search as one ends: what it came to on this machine would be another one each time. */
export const search: FindMaxReport = {
  schema: findMaxSchema,
  run: { name: "", startedAt: "2026-01-01T00:00:00.000Z", partial: false, command: ["hey-loadgen", "find-max", "a:1"] },
  environment: runRecord().environment,
  target: runRecord().target,
  search: { fromPerSecond: 300, toPerSecond: 5_000, precision: 0.05, slo: ["p99<50ms"], stepMs: 5_000, warmupMs: 0 },
  outcome: { kind: "found", perSecond: 600, missedPerSecond: 630 },
  steps: [
    step(300, 2_000),
    step(600, 30_000),
    step(630, 80_000, ["response.p99<50ms", "the rate was not reached", "calls were dropped, not started, or cut off"]),
  ],
};

/** A step of it, which missed for these reasons. */
export function step(askedPerS: number, p99Us: number, reasons: readonly string[] = []): Step {
  return {
    ...{ purpose: "rise", askedPerS, reachedPerS: askedPerS, p50Us: 1_000, p99Us, errors: 0, generator: "ok", slo: [] },
    ...{ result: reasons.length === 0 ? "met" : "missed", reasons },
  };
}

/** A report in which whatever may be long is, and has no blank to break it at. */
export function longWords(): Report {
  const long = "a-word-that-nobody-would-have-expected-to-be-as-long-as-this-one-is-".repeat(2);
  const { target, load } = runRecord();
  const recorder = createRecorder();
  recorder.call(2_000, 2_001, 2_004, 2_010, 14, 1, long);
  const figures = recorder.takeInterval(({ response }) => figuresOf(response));
  const row = { atS: 0, lengthS: 1, planned: 1, started: 1, ok: 0, failed: 1, inFlight: 0, queued: 0, ...figures };
  const report = createReport(
    runRecord({
      ...{ recording: recorder.recording, series: [row], command: ["hey-loadgen", long], caveats: [long] },
      target: { ...target, uri: `${long}:443`, method: "google.monitoring.dashboard.v1.DashboardsService/List" },
      load: { ...load, plan: `3 slots of ${long}` },
      endpoints: [
        { address: "", name: "" },
        { address: `${long}:443`, name: long },
      ],
    }),
  );
  const threshold = { expression: `errors{endpoint=${long}}<1%`, passed: false, observed: 1, reason: "" };
  return { ...report, thresholds: [threshold], generator: { ...report.generator, reasons: [long] } };
}
