import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { expectedCode } from "../drive/engine.ts";
import { createRecorder } from "../record/recorder.ts";
import { createReport } from "../report/create-report.ts";
import { printReport } from "../report/print.ts";
import type { Report } from "../report/report.ts";
import { schemaProblems } from "../testing/report-schemas.ts";
import { runCommand } from "../testing/run-loadgen.ts";
import { reportOf, samples } from "../testing/sample-report.ts";
import { runRecord } from "../testing/sample-run.ts";
import { commands } from "./commands.ts";
import { mergeReports } from "./merge.ts";

test("T12: merged reports have what one recording of all calls has, whatever the split", () => {
  const calls = samples(3_000, 1);
  const whole = reportOf(calls);
  const parts = [reportOf(calls.slice(0, 10)), reportOf(calls.slice(10, 1_700)), reportOf(calls.slice(1_700))];
  // By way of a file, as it is done.
  const merged = mergeReports(JSON.parse(JSON.stringify(parts)));
  assert.deepEqual(merged.latency, whole.latency);
  assert.deepEqual(merged.codes, whole.codes);
  assert.deepEqual(merged.accounting, whole.accounting);
  assert.deepEqual(
    merged.endpoints.map(({ address, name, calls, response }) => ({ address, calls, response, name })),
    whole.endpoints.map(({ address, name, calls, response }) => ({ address, calls, response, name })),
  );
  assert.equal(merged.errors[0]?.count, whole.errors[0]?.count);
  assert.equal(merged.errors[0]?.samples.length, 3);
});

test("failures that were expected stay good in a merged result, apart from those of a run that did not expect them", () => {
  const notFound = (code: number) => reportOf(Array.from({ length: 10 }, () => ({ ms: 1, code, endpoint: 1 })));
  const [expected, own] = [notFound(expectedCode(5)), notFound(5)];
  const merged = mergeReports(JSON.parse(JSON.stringify([expected, own])));
  assert.deepEqual(merged.codes, { NOT_FOUND: 10, EXPECTED_NOT_FOUND: 10 });
  assert.deepEqual([merged.latency.responseOk.count, merged.errors.map(({ count }) => count)], [10, [10]]);
  assert.equal(merged.rates.okPerS, expected.rates.okPerS + own.rates.okPerS);
  const row = merged.endpoints.find(({ calls }) => calls === 20);
  assert.match(
    printReport(merged),
    new RegExp(`${row?.name} +20 +100\\.0 % +10 `),
    "half of the endpoint's calls failed",
  );
});

test("rates of runs at the same time add up, those of runs one after another do not", () => {
  const calls = samples(1_000, 2);
  const together = mergeReports([reportOf(calls, 0), reportOf(calls, 1_000)]);
  assert.equal(together.rates.finishedPerS, 200);
  const inTurn = mergeReports([reportOf(calls, 0), reportOf(calls, 60_000)]);
  assert.equal(inTurn.rates.finishedPerS, 100);
  assert.equal(inTurn.rates.windowMs, 20_000);
});

test("runs side by side, and more of them after that, have the rate of one pair", () => {
  const calls = samples(1_000, 2);
  const pairs = [0, 1_000, 60_000, 61_000].map((startedAt) => reportOf(calls, startedAt));
  const { rates } = mergeReports(pairs);
  assert.deepEqual([rates.finishedPerS, rates.windowMs], [200, 20_000]);
});

test("planned rates of runs by number are over their plans' own times when merged, too", () => {
  // The last answer came a long time after.
  const byNumber = (startedAt: number, planned: number, planS: number): Report => {
    const report = reportOf(samples(planned, 2), startedAt);
    return { ...report, rates: { ...report.rates, plannedPerS: planned / planS, startedPerS: planned / planS } };
  };
  assert.equal(mergeReports([byNumber(0, 20, 2), byNumber(1_000, 40, 2)]).rates.plannedPerS, 30);
  const { plannedPerS, startedPerS } = mergeReports([byNumber(0, 20, 2), byNumber(60_000, 40, 8)]).rates;
  assert.deepEqual([plannedPerS, startedPerS], [6, 6]);
});

test("the CPU of generators side by side adds up, that of runs one after another is its mean over their time", () => {
  const run = (startedAt: number, cpuMean: number, windowMs = 10_000): Report => {
    const report = reportOf(samples(10, 3), startedAt);
    return { ...report, generator: { ...report.generator, cpuMean }, rates: { ...report.rates, windowMs } };
  };
  const cpuOf = (...runs: readonly Report[]) => mergeReports(runs).generator.cpuMean;
  assert.equal(cpuOf(run(0, 0.7), run(1_000, 0.8)), 1.5);
  assert.equal(cpuOf(run(0, 0.2), run(60_000, 0.6)), 0.4);
  assert.equal(cpuOf(run(0, 0.2, 30_000), run(60_000, 0.6)), 0.3);
  assert.equal(cpuOf(run(0, 0.5), run(1_000, 0.25), run(60_000, 0.5), run(61_000, 0.25)), 0.75);
});

test("the seconds in which a generator was saturated are those of the merged rows", () => {
  const [first, second] = [reportOf([], 0), reportOf([], 60_300)];
  const generator = { ...second.generator, verdict: "saturated" as const, saturatedS: [3.002] };
  assert.deepEqual(mergeReports([first, { ...second, generator }]).generator.saturatedS, [63]);
});

test("runs of different methods are not merged", () => {
  const one = reportOf(samples(10, 1));
  const other = { ...one, target: { ...one.target, method: "a.B/D" } };
  assert.throws(() => mergeReports([one, other]), {
    message: /expected runs of one method; got a\.B\/C and a\.B\/D/,
    exitCode: 2,
  });
});

/** Runs a command as the program does. */
async function execute(name: string, ...args: readonly string[]) {
  return await runCommand(commands[name] ?? assert.fail(name), args);
}

test("the commands read reports and write them in other forms", async () => {
  const folder = mkdtempSync(join(tmpdir(), "hey-loadgen-test-"));
  const [a, b, html, all] = ["a.json", "b.json", "a.html", "all.json"].map((name) => join(folder, name)) as [
    string,
    string,
    string,
    string,
  ];
  writeFileSync(a, JSON.stringify(reportOf(samples(500, 1))));
  writeFileSync(b, JSON.stringify(reportOf(samples(700, 2))));
  assert.equal((await execute("report", a, "-O", `html=${html}`)).code, 0);
  assert.match(readFileSync(html, "utf8"), /^<!doctype html>/);
  assert.match((await execute("merge", a, b, "-O", `json=${all}`)).stdout, /a\.B\/C at a:1/);
  const merged: Report = JSON.parse(readFileSync(all, "utf8"));
  assert.equal(merged.latency.response.count, 1_200);
  assert.deepEqual(merged.run.command, ["hey-loadgen", "merge", a, b]);
  const twice = await execute("merge", a, b, join(folder, ".", "a.json"));
  assert.deepEqual([twice.code, /expected each report once/.test(twice.stderr)], [2, true]);
  rmSync(folder, { recursive: true });
});

test("a report from before --fail-on-saturation was in it is read as one without it", async () => {
  const folder = mkdtempSync(join(tmpdir(), "hey-loadgen-test-"));
  const [old, again] = [join(folder, "old.json"), join(folder, "again.json")];
  const { run, ...others } = reportOf(samples(500, 1));
  const { failOnSaturation: _later, ...before } = run;
  writeFileSync(old, JSON.stringify({ ...others, run: before }));
  assert.deepEqual(schemaProblems("report", readFileSync(old, "utf8")), []);
  const { code, stderr } = await execute("report", old, "-O", `json=${again}`);
  assert.equal(code, 0, stderr);
  assert.equal(JSON.parse(readFileSync(again, "utf8")).run.failOnSaturation, false);
  rmSync(folder, { recursive: true });
});

/** A report as a file holds it, of which something was changed. */
function changed(
  change: (report: { rates: object; series: object[]; histograms: { connect: object } }) => void,
): string {
  const report = JSON.parse(JSON.stringify(reportOf(samples(10, 1))));
  change(report);
  return JSON.stringify(report);
}

test("merged runs of different targets, engines, loads and deadlines are said to be", () => {
  const one = reportOf(samples(10, 1));
  const target = { ...one.target, uri: "b:1", engine: "grpc-js", timeoutMs: 5_000 };
  const { caveats } = mergeReports([one, { ...one, target, load: { ...one.load, model: "closed" } }]);
  for (const words of [
    "target: a:1, b:1",
    "engine: wire, grpc-js",
    "kind of load: open loop, closed loop",
    "deadline: none, 5s",
  ]) {
    assert.ok(caveats.includes(`the runs differ in their ${words}`), caveats.join("\n"));
  }
  assert.ok(!mergeReports([one, one]).caveats.some((text) => text.includes("differ")));
});

test("a merged report says once what its counts come to, and what each run said beside that", () => {
  const load = { ...runRecord().load, warmupMs: 0 };
  const part = createReport(runRecord({ recording: recorded(), load, caveats: ["a worker died"] }));
  assert.deepEqual(
    mergeReports([part, part])
      .caveats.filter((text) => /warm-up|died/.test(text))
      .sort(),
    ["a worker died", "there was no warm-up (--warmup): the first calls are slower, here and at the server"],
  );
});

function recorded() {
  const recorder = createRecorder();
  recorder.call(2_000, 2_000, 2_001, 2_002, 0, 1, "");
  return recorder.recording;
}

test("a file that is no report, or one of another schema, is told apart", async () => {
  const folder = mkdtempSync(join(tmpdir(), "hey-loadgen-test-"));
  const path = join(folder, "x.json");
  for (const [content, words] of [
    ["hello", /expected a report that -O json wrote/],
    ["{}", /expected a report of the schema hey-loadgen\/1; got a file without one/],
    ['{"schema":"hey-loadgen/9"}', /got "hey-loadgen\/9", of another version of hey-loadgen/],
    ['{"schema":"hey-loadgen-ab/1"}', /got "hey-loadgen-ab\/1", a comparison by ab; the reports of its sides/],
    ['{"schema":"hey-loadgen/1"}', /says that it is a report, and is not one: \/run: expected a value; there is none/],
    [
      changed((report) => Object.assign(report.rates, { okPerS: "many" })),
      /\/rates\/okPerS: expected number; got "many"/,
    ],
    [changed(({ series }) => series.push({ atS: 1 })), /\/series\/0\/lengthS: expected a value; there is none/],
    [changed(({ histograms }) => Object.assign(histograms.connect, { hdr: "AAAA" })), /its histograms cannot be read/],
    [
      changed(({ histograms }) => Object.assign(histograms.connect, { count: 5 })),
      /expected a histogram of 5 values; it has 0/,
    ],
  ] as const) {
    writeFileSync(path, content);
    const { code, stderr } = await execute("merge", path);
    assert.equal(code, 2);
    assert.match(stderr, words);
  }
  assert.match((await execute("report", join(folder, "none.json"))).stderr, /ENOENT/);
  rmSync(folder, { recursive: true });
});
