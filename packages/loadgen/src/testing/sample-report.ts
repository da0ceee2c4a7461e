import { randomOf } from "../plan/random.ts";
import { createRecorder } from "../record/recorder.ts";
import { createReport } from "../report/create-report.ts";
import type { Report } from "../report/report.ts";
import { course, runRecord } from "./sample-run.ts";

/** Samples of all magnitudes, some of which fail. */
export function samples(
  count: number,
  seed: number,
  factor = 1,
): readonly { ms: number; code: number; endpoint: number }[] {
  const random = randomOf(seed);
  return Array.from({ length: count }, () => ({
    ms: factor * Math.exp(random() * 8),
    code: random() < 0.01 ? 14 : 0,
    endpoint: 1 + Math.floor(random() * 2),
  }));
}

/** The report of a run of such calls, all planned at the same time. */
export function reportOf(calls: ReturnType<typeof samples>, startedAt = 0): Report {
  const recorder = createRecorder();
  for (const { ms, code, endpoint } of calls) recorder.call(2_000, 2_000, 2_001, 2_000 + ms, code, endpoint, "gone 7");
  recorder.planEnded();
  const book = {
    planned: calls.length,
    started: calls.length,
    dropped: 0,
    queued: 0,
    finished: calls.length,
    cancelled: 0,
  };
  return createReport(
    runRecord({ startedAt: new Date(startedAt), recording: recorder.recording, course: { ...course, measured: book } }),
  );
}
