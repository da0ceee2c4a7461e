import assert from "node:assert/strict";
import { test } from "node:test";
import { expectedCode } from "../drive/engine.ts";
import { createRecorder } from "../record/recorder.ts";
import type { SeriesRow } from "../record/series.ts";
import { createReport } from "../report/create-report.ts";
import { runRecord } from "../testing/sample-run.ts";
import { createAbortWatch, judge, parseAbort, parseThreshold, type Threshold } from "./threshold.ts";

function parsed(expression: string, parse = parseThreshold): Threshold {
  const threshold = parse(expression);
  return typeof threshold === "string" ? assert.fail(threshold) : threshold;
}

/** 1000 calls: those of endpoint 1 take 10 ms, those of endpoint 2 take 30 ms, and 2 % of all fail after 100 ms. */
function sample() {
  const recorder = createRecorder();
  for (let call = 0; call < 1_000; call++) {
    const failed = call % 50 === 0;
    const endpoint = 1 + (call % 2);
    recorder.call(0, 1, 2, failed ? 100 : endpoint === 1 ? 10 : 30, failed ? 14 : 0, endpoint, "gone");
  }
  return createReport(runRecord({ recording: recorder.recording }));
}

for (const [expression, passed] of [
  ["response.p50<31ms", true],
  ["response.p99<50ms", false],
  ["p99<50ms", false],
  [" p99{code=OK} <50ms", true],
  ["mean<100ms", true],
  ["response.p99{code=OK}<50ms", true],
  ["response.max <= 100ms", true],
  ["response.mean<100ms", true],
  ["response.p99{endpoint=10.0.0.1:9999, code=OK}<11ms", true],
  ["response.p99{endpoint=10.0.0.2:9999,code=ok}<11ms", false],
  ["service.p50<30ms", true],
  ["lateness.max<=1ms", true],
  ["firstMessage.p99<2ms", true],
  ["errors<1%", false],
  ["errors<=2%", true],
  ["errors{endpoint=10.0.0.2:9999}<1%", true],
  ["errors{code=UNAVAILABLE}<=2%", true],
  ["errors{code=unavailable}<2%", false],
  ["errors{code=UNAVAILABLE}>=2%", true],
  ["errors{code=DEADLINE_EXCEEDED}<=0%", true],
  ["errors{code=UNAVAILABLE,endpoint=10.0.0.1:9999}<=4%", true],
  ["errors{endpoint=10.0.0.1:9999, code=UNAVAILABLE}>=4%", true],
  ["errors{code=UNAVAILABLE,endpoint=10.0.0.2:9999}<=0%", true],
  ["rate{code=UNAVAILABLE}<=2/s", true],
  ["rate>=90/s", true],
  ["rate>99", false],
] as const) {
  test(`${expression} is ${passed ? "passed" : "failed"} by the sample`, () => {
    assert.equal(judge(parsed(expression), sample()).passed, passed);
  });
}

test("a figure without a view is of the response times, and is told with it", () => {
  assert.equal(parsed("p99<50ms").expression, "response.p99<50ms");
  assert.equal(parsed("max>2s", parseAbort).view, "response");
});

test("a failure that was expected is no error, and is found under both of its names", () => {
  const recorder = createRecorder();
  for (let call = 0; call < 100; call++) {
    recorder.call(0, 1, 2, call < 40 ? 50 : 10, call < 40 ? expectedCode(5) : call === 99 ? 5 : 0, 1, "gone");
  }
  const report = createReport(runRecord({ recording: recorder.recording }));
  const observed = (expression: string) => judge(parsed(expression), report).observed;
  assert.deepEqual([observed("errors<5%"), observed("unexpected<5%")], [0.01, 0]);
  assert.equal(observed("response.mean{code=EXPECTED_NOT_FOUND}<1s"), 50_000);
  assert.equal(observed("response.min{code=NOT_FOUND}<1s"), 10_000);
  assert.equal(observed("errors{code=NOT_FOUND}<5%"), 0.01);
  assert.equal(observed("response.max{code=OK}<1s"), 10_000);
});

test("a percentile that too few calls support is not passed, and the number needed is named", () => {
  const { passed, observed, reason } = judge(parsed("response.p99.99<10s"), sample());
  assert.deepEqual({ passed, observed }, { passed: false, observed: null });
  assert.match(reason, /10000 are needed/);
});

test("the share of a code is of all calls, those that failed otherwise too", () => {
  const recorder = createRecorder();
  for (let call = 0; call < 100; call++)
    recorder.call(0, 1, 2, 10, call < 3 ? 4 : call < 10 ? 14 : call < 11 ? 30 : 0, 1, "");
  const report = createReport(runRecord({ recording: recorder.recording }));
  const observed = (expression: string) => judge(parsed(expression), report).observed;
  assert.equal(observed("errors<1%"), 0.11);
  assert.equal(observed("errors{code=DEADLINE_EXCEEDED}<1%"), 0.03);
  assert.equal(observed("errors{code=UNAVAILABLE}<1%"), 0.07);
  assert.equal(observed("errors{code=UNEXPECTED}<1%"), 0.01);
  assert.equal(observed("unexpected<1%"), 0.01);
  assert.equal(observed("errors{code=ABORTED}<1%"), 0);
});

test("the share of a code among no calls at all is not passed", () => {
  const elsewhere = judge(parsed("errors{code=UNAVAILABLE,endpoint=10.0.0.3:9999}<=100%"), sample());
  assert.deepEqual([elsewhere.passed, elsewhere.observed], [false, null]);
});

for (const expression of [
  "fast",
  "response<50ms",
  "response.p99<50",
  "response.p99<50%",
  "response.p101<50ms",
  "errors<1",
  "errors<5ms",
  "speed.p99<1s",
  "response.p99{zone=a}<1s",
  "lateness.p99{code=OK}<1s",
  "errors{code=OK}<1%",
  "errors{code=EXPECTED_NOT_FOUND}<1%",
  "response.p99{code=EXPECTED_OK}<1s",
  "errors{code=UNAVALABLE}<1%",
  "errors{code=CANCELED}<1%",
  "rate{code=14}<1/s",
  "response.p99{code=CODE_}<1s",
  "unexpected{code=UNAVAILABLE}<1%",
]) {
  test(`${expression} is told what was expected`, () =>
    assert.match(String(parseThreshold(expression)), /^expected .* got /));
}

const row = (failed: number, p99Us = 0): SeriesRow => ({
  atS: 0,
  lengthS: 1,
  planned: 10,
  started: 10,
  ok: 10 - failed,
  failed,
  inFlight: 0,
  queued: 0,
  p50Us: 0,
  p99Us,
  maxUs: p99Us,
  heat: [],
});

test("a run is aborted when a condition has held for as long as it says, and not before", () => {
  const watch = createAbortWatch([parsed("errors>5% for 3s", parseAbort), parsed("response.p99>1s", parseAbort)]);
  assert.equal(watch(row(5)), undefined);
  assert.equal(watch(row(5)), undefined);
  assert.equal(watch(row(0)), undefined);
  assert.equal(watch(row(1)), undefined);
  assert.equal(watch(row(1)), undefined);
  assert.equal(watch(row(1))?.expression, "errors>5% for 3s");
  assert.equal(watch(row(0, 2_000_000))?.expression, "response.p99>1s");
});

test("what a second does not show cannot be aborted on", () => {
  for (const expression of ["response.p95>1s", "errors{code=UNAVAILABLE}>5%", "service.p99>1s"]) {
    assert.match(String(parseAbort(expression)), /expected errors, rate/);
  }
});

test("a row too short to say anything aborts nothing, and takes nothing from what has held", () => {
  const none = { ...row(0), ok: 0, lengthS: 0.002 };
  assert.equal(createAbortWatch([parsed("rate<10/s", parseAbort)])(none), undefined);
  assert.equal(createAbortWatch([parsed("rate<10/s", parseAbort)])({ ...none, lengthS: 0.5 })?.expression, "rate<10/s");
  const watch = createAbortWatch([parsed("errors>5% for 2s", parseAbort)]);
  assert.equal(watch(row(5)), undefined);
  assert.equal(watch({ ...row(0), lengthS: 0.002 }), undefined);
  assert.equal(watch(row(5))?.expression, "errors>5% for 2s");
});
