import assert from "node:assert/strict";
import { test } from "node:test";
import { createRecorder } from "../record/recorder.ts";
import { createReport } from "../report/create-report.ts";
import { book, course, runRecord } from "../testing/sample-run.ts";
import { createAbReport } from "./ab-report.ts";
import { createBlocks } from "./blocks.ts";
import { judgeSides } from "./judge-sides.ts";
import { printSides, sidesFormats } from "./show-sides.ts";

/** Two sides of so many calls each, which are too few to tell the one from the other. */
function compared(calls: number, given: Parameters<typeof runRecord>[0] = {}) {
  const blocks = createBlocks();
  const side = (name: "a" | "b") => {
    const recorder = createRecorder();
    for (let call = 0; call < calls; call++) {
      recorder.call(2_000, 2_000, 2_001, 2_004 + call, 0, 1, "");
      blocks.add(name, call, 4_000 + call, false);
    }
    return createReport(runRecord({ recording: recorder.recording, ...given }));
  };
  const reports = { a: side("a"), b: side("b") };
  const question = { lengthMs: blocks.lengthMs, rates: false, minDifference: 0, seed: 1, resamples: 100 };
  return createAbReport(reports, {
    ...{ labels: { a: "one:1", b: "two:1" }, minDifference: 0, blocks: blocks.list.length, blockMs: blocks.lengthMs },
    ...{ resamples: 100, seed: 1, figures: judgeSides(blocks.list, question) },
  });
}

const page = sidesFormats["html"] ?? assert.fail();

test("the page says what the summary says where an interval is n/a", () => {
  const report = compared(5);
  const why = /too short: 1 blocks of 250 ms had calls; 10 are needed/g;
  assert.equal(printSides(report).match(why)?.length, 1);
  assert.equal(page(report).match(why)?.length, 1);
});

test("a comparison that was stopped says so, and one that was not does not", () => {
  const stopped = compared(5, { course: { ...course, endReason: "signal" } });
  for (const form of [printSides, page]) {
    assert.match(form(stopped), /stopped by a signal: this is what there was until then/);
    assert.doesNotMatch(form(compared(5)), /stopped/);
  }
});

test("the page says what was left out as a warm-up, what the verdict means, and which machine it was", () => {
  const { load } = runRecord();
  const warm = compared(5, {
    course: { ...course, warmup: { ...book, planned: 300, started: 300, finished: 300 } },
    load: { ...load, warmupMs: 2_000 },
  });
  assert.match(page(warm), /warm-up 2s: 600 calls, not in the figures/);
  assert.match(page(warm), /ok, 0\.0 % of a core: the times are the server&#39;s/);
  assert.match(page(warm), /hey-loadgen 0\.1\.0, Node 24, linux/);
  assert.doesNotMatch(page(compared(5, { load: { ...load, warmupMs: 0 } })), /warm-up \d/);
});

test("where no call has ended there is no chart, and no heading without anything under it", () => {
  const html = page(compared(0));
  assert.doesNotMatch(html, /<svg/);
  assert.doesNotMatch(html, /<\/h2>\s*<h2>/);
});
