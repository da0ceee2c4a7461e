import assert from "node:assert/strict";
import { test } from "node:test";
import type { Course } from "../drive/drive-options.ts";
import { decodeHistogram, encodeHistogram } from "../record/hdr.ts";
import { createHistogram, neededFor, record } from "../record/histogram.ts";
import { createRecorder } from "../record/recorder.ts";
import { book, course, runRecord } from "../testing/sample-run.ts";
import { createReport, viewOf } from "./create-report.ts";
import { formatUs } from "./format.ts";
import { printReport } from "./print.ts";

/** Ten calls, one a second from the start of the measured phase; the last ends in the drain. */
function tenCalls() {
  const recorder = createRecorder();
  for (let call = 0; call < 10; call++) {
    const dueMs = 2_000 + 1_000 * call;
    if (call === 9) recorder.planEnded();
    recorder.call(
      dueMs,
      dueMs + 1,
      dueMs + 2,
      dueMs + 5,
      call === 0 ? 14 : 0,
      1 + (call % 2),
      call === 0 ? "gone" : "",
    );
  }
  return recorder.recording;
}

test("the codes, the shares and the endpoints' calls add up to the calls", () => {
  const { codes, endpoints, latency } = createReport(runRecord({ recording: tenCalls() }));
  assert.deepEqual(codes, { OK: 9, UNAVAILABLE: 1 });
  assert.equal(latency.response.count, 10);
  assert.deepEqual(
    endpoints.map(({ name, calls, share, codes, firstS, lastS }) => ({ name, calls, share, codes, firstS, lastS })),
    [
      { name: "one", calls: 5, share: 0.5, codes: { OK: 4, UNAVAILABLE: 1 }, firstS: 0.005, lastS: 8.005 },
      { name: "two", calls: 5, share: 0.5, codes: { OK: 5 }, firstS: 1.005, lastS: 9.005 },
    ],
  );
});

test("T35: an endpoint that comes and one that goes are told with their first and last call, and no call is lost", () => {
  const recorder = createRecorder();
  for (let slot = 0; slot < 1_000; slot++) {
    const dueMs = 2_000 + 10 * slot;
    // The second endpoint is there from the fifth second on, the first one until the eighth.
    const endpoint = slot < 500 ? 1 : slot >= 800 ? 2 : 1 + (slot % 2);
    recorder.call(dueMs, dueMs, dueMs + 1, dueMs + 1, 0, endpoint, "");
  }
  const { endpoints } = createReport(runRecord({ recording: recorder.recording }));
  assert.deepEqual(
    endpoints.map(({ name, calls, share, firstS, lastS }) => ({ name, calls, share, firstS, lastS })),
    [
      { name: "one", calls: 650, share: 0.65, firstS: 0.001, lastS: 7.981 },
      { name: "two", calls: 350, share: 0.35, firstS: 5.011, lastS: 9.991 },
    ],
  );
});

test("T29: rates are calls in the window over the window, without the drain", () => {
  const { rates } = createReport(runRecord({ recording: tenCalls() }));
  assert.equal(rates.windowMs, 10_000);
  assert.equal(rates.finishedPerS, 0.9);
  assert.equal(rates.okPerS, 0.8);
});

test("T29: a run by number ends with its last answer, and all of it counts", () => {
  const byNumber: Course = { ...course, endReason: "total" };
  const { rates } = createReport(runRecord({ course: byNumber, recording: tenCalls() }));
  assert.equal(rates.windowMs, 11_000);
  assert.equal(rates.finishedPerS, 10 / 11);
});

test("T29: the planned rate is what was asked for, of a run by number too: its calls over the plan's own time", () => {
  const measured = { ...book, planned: 2, started: 2, finished: 2 };
  const slow: Course = { ...course, endReason: "total", closedMs: 4_000, planEndMs: 6_000, lastEndMs: 4_010, measured };
  const { rates } = createReport(runRecord({ course: slow }));
  assert.deepEqual([rates.plannedPerS, rates.startedPerS], [0.5, 0.5]);
  // The last one waited for a place.
  const late = createReport(runRecord({ course: { ...slow, closedMs: 7_000, lastEndMs: 7_010 } }));
  assert.deepEqual([late.rates.plannedPerS, late.rates.startedPerS], [0.5, 0.4]);
});

test("T34: a percentile that too few values support is null, and printed as n/a with the number needed", () => {
  const histogram = createHistogram();
  for (let value = 0; value < 500; value++) record(histogram, value);
  assert.equal(viewOf(histogram, [99.9]).percentilesUs["99.9"], null);
  assert.notEqual(viewOf(histogram, [99]).percentilesUs["99"], null);
  assert.deepEqual([50, 99, 99.9, 99.99, 100].map(neededFor), [2, 100, 1_000, 10_000, 1]);
  const printed = printReport(createReport(runRecord({ recording: tenCalls() })));
  assert.match(printed, /n\/a.*\n/);
  assert.match(printed, /needed are: p99 100, p99\.9 1,000/);
});

test("a histogram survives being written down, with its exact edges", () => {
  const histogram = createHistogram();
  for (const us of [0, 1, 999, 1_000_003, 61_000_000, 9_000_000_000]) record(histogram, us);
  const back = decodeHistogram(JSON.parse(JSON.stringify(encodeHistogram(histogram))));
  const buckets = (counts: Float64Array) => [...counts.entries()].filter(([, count]) => count > 0);
  assert.deepEqual(buckets(back.counts), buckets(histogram.counts));
  assert.deepEqual({ ...back, counts: 0 }, { ...histogram, counts: 0 });
});

test("an empty histogram survives it too", () => {
  assert.equal(decodeHistogram(encodeHistogram(createHistogram())).minUs, Number.POSITIVE_INFINITY);
});

test("what a reader should know is said: what waited, was dropped, was cut off, failed in the warm-up", () => {
  const measured = { planned: 20, started: 10, dropped: 4, queued: 6, finished: 8, cancelled: 2 };
  const { caveats } = createReport(runRecord({ course: { ...course, measured, warmupFailed: 3 } }));
  for (const words of ["6 planned calls", "4 planned calls", "2 calls were cut off", "3 calls of the warm-up"]) {
    assert.ok(
      caveats.some((caveat) => caveat.includes(words)),
      `${words} in ${caveats.join("; ")}`,
    );
  }
});

test("a note counts as everybody does: one call, and thousands apart", () => {
  const words = (count: number) => {
    const measured = {
      planned: 3 * count,
      started: count,
      dropped: count,
      queued: count,
      finished: 0,
      cancelled: count,
    };
    return createReport(runRecord({ course: { ...course, measured, warmupFailed: count } })).caveats.join("; ");
  };
  const one =
    /^1 planned call was still .*; 1 planned call was dropped: .*; 1 call was cut off .*; 1 call of the warm-up failed/;
  assert.match(words(1), one);
  assert.match(
    words(1_162),
    /^1,162 planned calls were still .*; 1,162 calls were cut off .*; 1,162 calls of the warm-up/,
  );
  const plan = printReport(createReport(runRecord({ course: { ...course, measured: { ...book, planned: 1 } } })));
  assert.match(plan, /^planned +1 call /m);
});

test("a time on the edge of two units is told in the greater one", () => {
  assert.deepEqual([999.4, 999.6, 999_499, 999_600].map(formatUs), ["999 µs", "1.00 ms", "999 ms", "1.00 s"]);
});

test("books that do not balance are said, and not hidden", () => {
  const measured = { ...book, planned: 2, started: 1 };
  const { caveats } = createReport(runRecord({ course: { ...course, measured } }));
  assert.equal(caveats.filter((caveat) => caveat.startsWith("the books do not balance")).length, 2);
});

test("a report of nothing can be printed", () => {
  assert.match(printReport(createReport(runRecord())), /no call has ended/);
});

test("the printed report has the replicas by name, the failures and their sample", () => {
  const printed = printReport(createReport(runRecord({ recording: tenCalls() })));
  assert.match(printed, /10\.0\.0\.1:9999 +one +5 +50\.0 % +1 /);
  assert.match(printed, /UNAVAILABLE +1 +10\.0 %/);
  assert.match(printed, /1 × UNAVAILABLE: gone \(10\.0\.0\.1:9999\)/);
});

test("what servers say of themselves and of their errors cannot move the cursor or begin a row", () => {
  const recorder = createRecorder();
  recorder.call(2_000, 2_001, 2_002, 2_005, 14, 0, "one\n\u001b[2Jtwo");
  const report = createReport(runRecord({ recording: recorder.recording }));
  const named = { ...report, endpoints: report.endpoints.map((row) => ({ ...row, name: "forged\u001b[1A\nrow" })) };
  const printed = printReport(named);
  assert.match(printed, /forged\\x1b\[1A\\x0arow/);
  assert.match(printed, /UNAVAILABLE: one\\x0a\\x1b\[2Jtwo/);
  assert.doesNotMatch(printed.replaceAll("\n", ""), /\p{Cc}/u);
});

test("on a narrow terminal the tables are closer, and the words are broken between words", () => {
  const report = createReport(runRecord({ recording: tenCalls(), caveats: ["words ".repeat(30).trim()] }));
  const printed = printReport(report, 64);
  assert.ok(
    printed.split("\n").every((line) => line.length <= 64),
    printed,
  );
  assert.equal(printed.replace(/\s+/g, " "), printReport(report).replace(/\s+/g, " "));
});
