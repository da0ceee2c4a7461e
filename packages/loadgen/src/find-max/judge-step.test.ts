import assert from "node:assert/strict";
import { test } from "node:test";
import { judge, parseThreshold } from "../judge/threshold.ts";
import { createRecorder } from "../record/recorder.ts";
import type { SeriesRow } from "../record/series.ts";
import { createReport } from "../report/create-report.ts";
import type { ThresholdResult } from "../report/report.ts";
import { judged } from "../testing/judged.ts";
import { course, runRecord } from "../testing/sample-run.ts";
import { judgeStep } from "./judge-step.ts";

/** A step of ten seconds at 10/s, of whose calls so many have ended in time and so many late, each after so long. */
function step({
  ended = 100,
  late = 0,
  tookMs = 1,
  code = 0,
  dropped = 0,
  queued = 0,
  blockedMs = 0,
  slo = "response.p50<5ms",
  inFlight = (_second: number): number => 0,
} = {}) {
  const recorder = createRecorder();
  for (let call = 0; call < ended; call++) recorder.call(2_000, 2_000, 2_000, 2_000 + tookMs, code, 1, "");
  recorder.planEnded();
  for (let call = 0; call < late; call++) recorder.call(12_000, 12_000, 12_000, 12_000 + tookMs, code, 1, "");
  const measured = {
    planned: 100,
    started: 100 - dropped - queued,
    dropped,
    queued,
    finished: ended + late,
    cancelled: 0,
  };
  const vital = {
    atS: 0,
    lengthS: 1,
    measuredS: 1,
    utilisation: 0.1,
    cpu: 0.1,
    gcMs: 0,
    wakeLateMs: 0,
    throttledMs: 0,
    rssBytes: 1,
  };
  const report = createReport(
    runRecord({
      recording: recorder.recording,
      course: { ...course, measured },
      series: Array.from({ length: 10 }, (_, atS) => secondOf(atS, inFlight(atS))),
      generator: judged({ ...vital, loopDelayMs: blockedMs }),
    }),
  );
  const threshold = parseThreshold(slo);
  const results: ThresholdResult[] =
    typeof threshold === "string" ? assert.fail(threshold) : [judge(threshold, report)];
  return judgeStep(report, { purpose: "rise", askedPerS: 10, slo: results });
}

function secondOf(atS: number, inFlight: number): SeriesRow {
  const calls = { planned: 10, started: 10, ok: 10, failed: 0, inFlight, queued: 0 };
  return { atS, lengthS: 1.001, ...calls, p50Us: 1_000, p99Us: 1_000, maxUs: 1_000, heat: [] };
}

test("a step meets when the SLO holds and the rate was reached", () => {
  const { result, reasons, reachedPerS, p50Us, p99Us, errors } = step();
  assert.deepEqual(
    { result, reasons, reachedPerS, p50Us, p99Us, errors },
    {
      ...{ result: "met", reasons: [], reachedPerS: 10, p50Us: 1_000, p99Us: 1_000, errors: 0 },
    },
  );
});

for (const [what, given, reason] of [
  ["whose times are too long", { tookMs: 9 }, /^response\.p50<5ms$/],
  ["whose calls fail", { code: 14, slo: "errors<1%" }, /^errors<1%$/],
  ["that did not reach its rate", { ended: 90 }, /^the rate was not reached$/],
  ["at which ever more calls lie in wait", { inFlight: (second) => 3 * second }, /^the rate was not reached$/],
  ["at which many calls were not started", { ended: 98, queued: 2 }, /^calls were dropped, not started/],
  ["that dropped calls", { ended: 99, dropped: 1 }, /^calls were dropped/],
  [
    "with too few calls to say",
    { slo: "response.p99.9<5ms" },
    /^response\.p99\.9<5ms: too few calls to say; 1000 are needed$/,
  ],
] satisfies [string, Parameters<typeof step>[0], RegExp][]) {
  test(`a step ${what} misses, and says why`, () => {
    const { result, reasons } = step(given);
    assert.equal(result, "missed");
    assert.match(reasons.join(), reason);
  });
}

test("a slow server that keeps up has as many calls in flight at the end as before, which is no miss", () => {
  const { result, reasons } = step({ ended: 70, late: 30, tookMs: 3_000, slo: "response.p50<5s", inFlight: () => 30 });
  assert.deepEqual([result, reasons], ["met", []]);
});

test("one call that waits as the step ends is no miss", () => {
  assert.equal(step({ ended: 99, queued: 1 }).result, "met");
});

test("a step whose generator was saturated says nothing about the server, met or not", () => {
  for (const tookMs of [1, 9]) {
    const { result, reasons } = step({ blockedMs: 300, tookMs });
    assert.equal(result, "saturated");
    assert.match(reasons.join(), /^the generator was saturated: the event loop stood still for up to 300 ms/);
  }
});
