import assert from "node:assert/strict";
import { test } from "node:test";
import { createRecorder } from "../record/recorder.ts";
import { createReport } from "../report/create-report.ts";
import { reportFormats } from "../report/outputs.ts";
import type { Report } from "../report/report.ts";
import { course, runRecord } from "../testing/sample-run.ts";
import { toCsv } from "./csv.ts";
import { toGhz } from "./ghz.ts";
import { toHgrm } from "./hgrm.ts";
import { toJunit } from "./junit.ts";
import { toNdjson } from "./ndjson.ts";
import { toPrometheus } from "./prometheus.ts";

/** A thousand calls of 1 to 1000 ms, every hundredth of which fails with a text that markup has to escape. */
function sample(more: Partial<Report> = {}): Report {
  const recorder = createRecorder();
  for (let call = 1; call <= 1_000; call++) {
    recorder.call(0, 0, 1, call, call % 100 === 0 ? 14 : 0, 1, 'lost "it" & <all>');
  }
  const row = {
    ...{ atS: 0, lengthS: 1, planned: 3, started: 3, ok: 2, failed: 1, inFlight: 0, queued: 0 },
    ...{ p50Us: 10, p99Us: 20, maxUs: 30, heat: [] },
  };
  return { ...createReport(runRecord({ recording: recorder.recording, series: [row, { ...row, atS: 1 }] })), ...more };
}

test("csv has a line for each second", () => {
  assert.equal(
    toCsv(sample()),
    "atS,lengthS,planned,started,ok,failed,inFlight,queued,p50Us,p99Us,maxUs,generator,partial\n0,1,3,3,2,1,0,0,10,20,30,ok,false\n1,1,3,3,2,1,0,0,10,20,30,ok,false\n",
  );
});

test("ndjson has an object on each line, the summary last", () => {
  const lines = toNdjson(sample())
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  assert.deepEqual(
    lines.map(({ type }) => type),
    ["second", "second", "summary"],
  );
  assert.equal(lines[2].latency.response.count, 1_000);
});

test("junit has a case for each threshold, and what failed is escaped", () => {
  const thresholds = [
    { expression: "response.p99<1s", passed: true, observed: 5, reason: "" },
    { expression: "errors<1%", passed: false, observed: 0.01, reason: "" },
  ];
  const xml = toJunit(sample({ thresholds }));
  assert.match(xml, /<testsuite .*tests="5" failures="1"/);
  assert.match(xml, /name="response\.p99&lt;1s"\/>/);
  assert.match(xml, /name="errors&lt;1%"><failure message="observed 1\.00 %"\/>/);
});

test("junit without thresholds says whether every call was good", () => {
  assert.match(toJunit(sample()), /<failure message="10 of 1,000 calls failed: 990 OK, 10 UNAVAILABLE"/);
});

/** A thousand good calls, of a generator that stood still; `failOnSaturation` as asked. */
function saturated(failOnSaturation: boolean): Report {
  const { run, generator, latency, ...others } = sample();
  const reasons = ["the event loop stood still for up to 900 ms (at 3 s)"];
  return {
    ...{ ...others, run: { ...run, failOnSaturation }, latency: { ...latency, responseOk: latency.response } },
    generator: { ...generator, verdict: "saturated", reasons, loopDelayMaxMs: 900, throttledMs: 40 },
  };
}

test("every form has the verdict on the generator", () => {
  const report = saturated(false);
  for (const [name, form] of Object.entries(reportFormats)) assert.match(form(report), /saturated/, name);
});

for (const [name, form, whole, stopped] of [
  ["csv", toCsv, /,partial\n(.*,false\n)+$/, /,partial\n(.*,true\n)+$/],
  ["hdr", toHgrm, /\n# generator: ok\n$/, /\n# partial: the run was stopped before its plan was done \(signal\)\n$/],
  ["prometheus", toPrometheus, /\nhey_loadgen_partial\{.*\} 0\n/, /\nhey_loadgen_partial\{.*\} 1\n/],
] as const) {
  test(`${name} says of a run that was stopped that it is partial`, () => {
    const { run } = sample();
    assert.match(form(sample()), whole);
    assert.match(form(sample({ run: { ...run, partial: true, endReason: "signal" } })), stopped);
  });
}

test("junit has a case for the generator, which fails only where --fail-on-saturation was given", () => {
  const [told, failed] = [toJunit(saturated(false)), toJunit(saturated(true))];
  assert.match(told, /<testsuite .*failures="0"/);
  assert.match(told, /<property name="generator" value="saturated"\/>/);
  assert.match(
    told,
    /name="the generator keeps up"><system-out>saturated: the event loop stood .*<\/system-out><\/testcase>/,
  );
  assert.match(failed, /<testsuite .*failures="1"/);
  assert.match(failed, /name="the generator keeps up"><failure message="saturated: the event loop stood .*"\/>/);
  assert.match(toJunit(sample()), /name="the generator keeps up"\/>/);
});

test("junit says of a run of which no call ended well, or which was ended early, that it failed", () => {
  const none = createReport(runRecord());
  const holds = { expression: "errors<=100%", passed: true, observed: 0, reason: "" };
  const noCall = /<testsuite .*failures="1"[\s\S]*><failure message="no call has ended"/;
  assert.match(toJunit(none), noCall);
  assert.match(toJunit({ ...none, thresholds: [holds] }), noCall);
  const { latency } = sample();
  const failing = sample({ thresholds: [holds], latency: { ...latency, responseOk: none.latency.responseOk } });
  assert.match(toJunit(failing), /name="calls end as they should"><failure message="1,000 of 1,000 calls failed/);
  assert.match(toJunit(sample({ thresholds: [holds] })), /<testsuite .*failures="0"/);
  const early = createReport(runRecord({ course: { ...course, endReason: "aborted" } }));
  assert.match(toJunit(early), /name="the run goes to its end"><failure message="aborted"/);
});

test("ghz's tags, a comment of hgrm and gauges of prometheus have the verdict", () => {
  const report = saturated(false);
  const reasons = "the event loop stood still for up to 900 ms (at 3 s)";
  assert.deepEqual(JSON.parse(toGhz(report)).tags, { generator: "saturated", generatorReasons: reasons });
  assert.deepEqual(JSON.parse(toGhz(sample())).tags, { generator: "ok" });
  assert.match(toHgrm(report), new RegExp(`\n# generator: saturated: ${reasons.replace(/[()]/g, "\\$&")}\n$`));
  const text = toPrometheus(report);
  const values = [...text.matchAll(/generator_verdict\{.*verdict="(\w+)"\} (\d)/g)].map(([, name, value]) => [
    name,
    value,
  ]);
  assert.deepEqual(values, [
    ["ok", "0"],
    ["degraded", "0"],
    ["saturated", "1"],
  ]);
  assert.match(text, /generator_loop_delay_max_seconds\{.*\} 0\.9\n/);
  assert.match(text, /generator_throttled_seconds\{.*\} 0\.04\n/);
});

test("prometheus buckets are cumulative, in seconds, and end with all calls", () => {
  const text = toPrometheus(sample());
  const buckets = [...text.matchAll(/response_seconds_bucket\{.*code="OK",le="(.*)"\} (\d+)/g)].map(([, le, count]) => [
    le,
    Number(count),
  ]);
  assert.deepEqual(buckets.at(-1), ["+Inf", 990]);
  assert.deepEqual(
    buckets.find(([le]) => le === "0.25"),
    ["0.25", 248],
  );
  buckets.reduce((before, [, count]) => {
    assert.ok(Number(count) >= before);
    return Number(count);
  }, 0);
  assert.match(text, /response_seconds_sum\{.*code="OK"\} 495\n/);
  for (const line of text.trimEnd().split("\n")) assert.match(line, /^(# (HELP|TYPE) \S+ .+|\w+\{.*\} [\d.e+-]+)$/);
});

test("hgrm is a curve that rises to the greatest value and counts every call", () => {
  const text = toHgrm(sample());
  const rows = text
    .split("\n")
    .filter((line) => /^ +[\d.]+ [01]\./.test(line))
    .map((line) => line.trim().split(/ +/).map(Number));
  assert.deepEqual(rows.at(-1)?.slice(0, 3), [1_000, 1, 1_000]);
  const median = rows.find(([, quantile = 0]) => quantile >= 0.5)?.[0] ?? 0;
  assert.ok(Math.abs(median - 500) < 5, `${median}`);
  assert.match(text, /Total count {4}= +1000\]/);
});

test("hgrm has a row for every tick on either side of a jump, as HdrHistogram's own has", () => {
  const recorder = createRecorder();
  for (let call = 0; call < 1_000; call++) recorder.call(0, 0, 0, call < 668 ? 10 : 200, 0, 1, "");
  const text = toHgrm(createReport(runRecord({ recording: recorder.recording })));
  const rows = [...text.matchAll(/^ +([\d.]+) ([01]\.\d+)/gm)].map(([, ms, quantile]) => [
    Number(ms),
    Number(quantile),
  ]);
  for (const [ms = 0, quantile = 0] of rows) assert.ok(quantile <= 0.668 === ms < 11, `${quantile}: ${ms}`);
  assert.deepEqual(
    rows.map(([, quantile]) => quantile),
    [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.55, 0.6, 0.65, 0.7, 1],
  );
});

test("ghz's names of statuses are Go's, which are not always gRPC's", () => {
  const codes = { OK: 1, CANCELLED: 1, DEADLINE_EXCEEDED: 1, EXPECTED_NOT_FOUND: 1, UNEXPECTED: 1, CODE_77: 1 };
  assert.deepEqual(Object.keys(JSON.parse(toGhz(sample({ codes }))).statusCodeDistribution), [
    ...["OK", "Canceled", "DeadlineExceeded", "ExpectedNotFound", "Unexpected", "Code(77)"],
  ]);
});

test("the form of ghz has its fields, in nanoseconds", () => {
  const { run, target, load, ...others } = sample();
  const ghz = JSON.parse(
    toGhz({
      ...others,
      run: { ...run, name: "nightly" },
      target: { ...target, tls: false, timeoutMs: 2_000 },
      load: { ...load, maxInFlight: 100, workers: 3 },
    }),
  );
  assert.equal(ghz.count, 1_000);
  assert.equal(ghz.fastest, 1_000_000);
  assert.equal(ghz.slowest, 1_000_000_000);
  assert.deepEqual(ghz.statusCodeDistribution, { OK: 990, Unavailable: 10 }, "as Go names them");
  assert.deepEqual(ghz.errorDistribution, { 'rpc error: code = Unavailable desc = lost "it" & <all>': 10 });
  assert.deepEqual(ghz.options, {
    call: "a.B.C",
    host: "a:1",
    insecure: true,
    rps: 1,
    async: true,
    total: 0,
    concurrency: 100,
    connections: 1,
    duration: 10e9,
    timeout: 2e9,
    CPUs: 3,
    name: "nightly",
  });
  assert.equal(ghz.histogram.length, 11);
  assert.equal(
    ghz.histogram.reduce((sum: number, { count }: { count: number }) => sum + count, 0),
    1_000,
  );
  assert.deepEqual(ghz.details, []);
});

test("ghz's percentiles are the seven that it has: a fraction of one stops its readers, which take whole numbers only", () => {
  const distribution = (report: Report): readonly { readonly percentage: number; readonly latency: number }[] =>
    JSON.parse(toGhz(report)).latencyDistribution;
  const all = distribution(sample());
  assert.deepEqual(
    all.map(({ percentage }) => percentage),
    [10, 25, 50, 75, 90, 95, 99],
  );
  for (const { percentage, latency } of all) assert.ok(Math.abs(latency / (percentage * 1e7) - 1) < 0.01, `${latency}`);
  const { percentilesUs: _own, ...response } = sample().latency.response;
  assert.deepEqual(
    distribution(sample({ latency: { ...sample().latency, response: { ...response, percentilesUs: {} } } })),
    all,
    "whatever --percentiles says",
  );
});

test("ghz's options of a closed loop have its callers, and no rate", () => {
  const { load, ...others } = sample();
  const closed = { ...load, model: "closed", concurrency: 7, maxInFlight: 0 } as const;
  const { concurrency, rps, async, insecure } = JSON.parse(toGhz({ ...others, load: closed })).options;
  assert.deepEqual([concurrency, rps, async, insecure], [7, undefined, undefined, undefined]);
});
