import assert from "node:assert/strict";
import { test } from "node:test";
import { runRecord } from "../testing/sample-run.ts";
import { type FindMaxReport, findMaxSchema } from "./find-max-report.ts";
import type { Step } from "./judge-step.ts";
import { printSearch, searchToHtml, stepLine } from "./show-search.ts";

function step(askedPerS: number, given: Partial<Step> = {}): Step {
  return {
    ...{ purpose: "rise", askedPerS, reachedPerS: askedPerS, p50Us: 1_000, p99Us: 2_000, errors: 0, generator: "ok" },
    ...{ slo: [], result: "met", reasons: [] },
    ...given,
  };
}

const missed = { result: "missed", reasons: ["response.p99<50ms"], p99Us: 80_000, errors: 0.01 } as const;
const { environment, target } = runRecord();

function report(outcome: FindMaxReport["outcome"], steps = [step(100), step(400, missed), step(200)]): FindMaxReport {
  return {
    schema: findMaxSchema,
    run: {
      name: "",
      startedAt: "2026-01-01T00:00:00.000Z",
      partial: false,
      command: ["hey-loadgen", "find-max", "<b>"],
    },
    ...{ environment, target, outcome, steps },
    search: { fromPerSecond: 100, toPerSecond: 1_000, precision: 0.05, slo: ["p99<50ms"], stepMs: 5_000, warmupMs: 0 },
  };
}

test("the curve is printed by rate, whatever the order of the steps", () => {
  const text = printSearch(report({ kind: "found", perSecond: 200, missedPerSecond: 400 }));
  assert.deepEqual(
    text.match(/^\s*\d+\/s/gm)?.map((rate) => rate.trim()),
    ["100/s", "200/s", "400/s", "200/s"],
  );
  assert.match(text, /400\/s +400\/s +1\.00 ms +80\.0 ms +1\.00 % +ok +missed \(response\.p99<50ms\)\n/);
});

for (const [outcome, words] of [
  [{ kind: "found", perSecond: 200, missedPerSecond: 400 }, /^200\/s: met twice; 400\/s misses$/m],
  [{ kind: "top", perSecond: 1_000 }, /^1,000\/s or more/m],
  [
    { kind: "generator", perSecond: 200, saturatedPerSecond: 400 },
    /^the generator, not the server, is the limit at 400\/s; 200\/s met$/m,
  ],
  [{ kind: "generator", perSecond: undefined, saturatedPerSecond: 400 }, /is the limit at 400\/s$/m],
  [{ kind: "none", missedPerSecond: 100 }, /^none: not even 100\/s met/m],
  [{ kind: "unsteady", perSecond: 200 }, /^undecided/m],
  [{ kind: "stopped", perSecond: 200 }, /^stopped by a signal; the highest rate that had met: 200\/s$/m],
] as const) {
  test(`a search that ended as ${JSON.stringify(outcome)} says so`, () =>
    assert.match(printSearch(report(outcome)), words));
}

test("a step says why it missed", () => {
  assert.match(stepLine(step(400, missed)), /400\/s {2}reached 400\/s .*generator ok: missed \(response\.p99<50ms\)$/);
});

test("the table says why a step missed", () => {
  const text = printSearch(report({ kind: "found", perSecond: 200, missedPerSecond: 400 }, [step(400, missed)]));
  assert.match(text, /^ *400\/s .* ok {2}missed \(response\.p99<50ms\)$/m);
});

test("the page has the curve and no markup of others", () => {
  const html = searchToHtml(report({ kind: "top", perSecond: 1_000 }));
  assert.match(html, /<path class="line b" d="M[\d.]+ [\d.]+L[\d.]+ [\d.]+L/);
  assert.ok(!html.includes("<b>'") && html.includes("&lt;b&gt;"));
  assert.match(searchToHtml(report({ kind: "none", missedPerSecond: 100 }, [])), /no rate to draw/);
});

test("the page says how long each step was, and which machine made the calls", () => {
  const { search, ...others } = report({ kind: "top", perSecond: 1_000 });
  assert.match(searchToHtml({ search, ...others }), /steps of 5s<br>/);
  const warm = searchToHtml({ ...others, search: { ...search, warmupMs: 1_000 } });
  assert.match(warm, /steps of 5s, each after a warm-up of 1s<br>/);
  assert.match(warm, /hey-loadgen 0\.1\.0, Node 24, linux/);
});

test("a search that was stopped before its first step has a title and no table", () => {
  const html = searchToHtml({ ...report({ kind: "stopped", perSecond: undefined }, []), target: null });
  assert.match(html, /<h1>The highest rate<\/h1>/);
  assert.doesNotMatch(html, /<table|<p class="soft">;/);
});
