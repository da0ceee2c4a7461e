import assert from "node:assert/strict";
import { test } from "node:test";
import { createRecorder } from "../record/recorder.ts";
import { createReport } from "../report/create-report.ts";
import type { Report } from "../report/report.ts";
import { runRecord } from "../testing/sample-run.ts";
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
    "atS,lengthS,planned,started,ok,failed,inFlight,queued,p50Us,p99Us,maxUs\n0,1,3,3,2,1,0,0,10,20,30\n1,1,3,3,2,1,0,0,10,20,30\n",
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
  assert.match(xml, /<testsuite .*tests="2" failures="1"/);
  assert.match(xml, /name="response\.p99&lt;1s"\/>/);
  assert.match(xml, /name="errors&lt;1%"><failure message="observed 0.01"\/>/);
});

test("junit without thresholds says whether every call was good", () => {
  assert.match(toJunit(sample()), /<failure message="10 of 1,000 calls failed: \{&quot;OK&quot;:990/);
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

test("the form of ghz has its fields, in nanoseconds", () => {
  const ghz = JSON.parse(toGhz(sample()));
  assert.equal(ghz.count, 1_000);
  assert.equal(ghz.fastest, 1_000_000);
  assert.equal(ghz.slowest, 1_000_000_000);
  assert.deepEqual(ghz.statusCodeDistribution, { OK: 990, UNAVAILABLE: 10 });
  assert.equal(ghz.histogram.length, 11);
  assert.equal(
    ghz.histogram.reduce((sum: number, { count }: { count: number }) => sum + count, 0),
    1_000,
  );
  assert.equal(ghz.latencyDistribution[0].percentage, 50);
});
