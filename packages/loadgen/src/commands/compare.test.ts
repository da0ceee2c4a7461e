import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import type { Report } from "../report/report.ts";
import { runCommand } from "../testing/run-loadgen.ts";
import { reportOf, samples } from "../testing/sample-report.ts";
import { compare } from "./compare.ts";
import { compareReports, comparisonNotes } from "./differences.ts";

test("T42: two runs of the same kind are mostly not told apart, a slower one is", () => {
  let apart = 0;
  for (let seed = 0; seed < 40; seed++) {
    const [same] = compareReports(reportOf(samples(1_000, 100 + seed)), reportOf(samples(1_000, 200 + seed)));
    if (same?.verdict !== "undecided") apart++;
  }
  assert.ok(apart <= 2, `${apart} of 40`);
  const [slower, ...others] = compareReports(reportOf(samples(2_000, 1)), reportOf(samples(2_000, 2, 3)));
  assert.equal(slower?.verdict, "worse");
  assert.ok((slower?.change ?? 0) > 1);
  assert.equal(others.at(-1)?.name, "failed");
});

test("compared runs of which more is different than the time are said to be", () => {
  const one = reportOf(samples(10, 1).map((call) => ({ ...call, code: 0 })));
  const other = {
    ...one,
    run: { ...one.run, partial: true },
    target: { ...one.target, method: "a.B/D" },
    generator: { ...one.generator, verdict: "saturated" as const },
  };
  assert.deepEqual(comparisonNotes(one, other), [
    "another method: a.B/C, now a.B/D",
    "the generator of the newer run was saturated",
    "the newer run was stopped before its plan was done",
  ]);
  assert.deepEqual(comparisonNotes(one, one), []);
});

test("more failures are worse, and a few may be chance", () => {
  const failing = (failed: number) =>
    reportOf(samples(1_000, 1).map((call, index) => ({ ...call, code: index < failed ? 14 : 0 })));
  const verdict = (before: number, after: number) =>
    compareReports(failing(before), failing(after)).find(({ name }) => name === "failed")?.verdict;
  assert.deepEqual(
    [verdict(0, 20), verdict(20, 0), verdict(5, 7), verdict(0, 0)],
    ["worse", "better", "undecided", "undecided"],
  );
});

test("a run whose calls fail fast is not called better, and the times are said to be those of failed calls too", () => {
  const slow = reportOf(samples(2_000, 1, 3).map((call) => ({ ...call, code: 0 })));
  const failing = reportOf(samples(2_000, 2).map((call) => ({ ...call, code: 14 })));
  const verdicts = compareReports(slow, failing).map(({ name, verdict }) => [name, verdict]);
  assert.deepEqual(
    verdicts.filter(([, verdict]) => verdict !== "undecided" && verdict !== ""),
    [["failed", "worse"]],
  );
  assert.match(comparisonNotes(slow, failing).join("\n"), /^the times are those of all calls, failed ones too/m);
});

test("times that differ by less than matters are not told apart", () => {
  const [before, after] = [reportOf(samples(20_000, 1)), reportOf(samples(20_000, 1, 1.2))];
  const verdicts = (minDifference: number, now: Report = after, old: Report = before) =>
    compareReports(old, now, minDifference).find(({ name }) => name === "response p50")?.verdict;
  assert.deepEqual([verdicts(0), verdicts(0.05), verdicts(0.5)], ["worse", "worse", "undecided"]);
  assert.deepEqual([verdicts(0.05, before, after), verdicts(0.5, before, after)], ["better", "undecided"]);
});

describe("hey-loadgen compare", () => {
  const folder = mkdtempSync(join(tmpdir(), "hey-loadgen-test-"));
  const [fast, slow] = [join(folder, "fast.json"), join(folder, "slow.json")];
  const execute = async (...args: readonly string[]) => await runCommand(compare, args);

  before(() => {
    writeFileSync(fast, JSON.stringify(reportOf(samples(2_000, 1))));
    writeFileSync(slow, JSON.stringify(reportOf(samples(2_000, 2, 3))));
  });
  after(() => rmSync(folder, { recursive: true }));

  test("prints each figure with its verdict, and a run that is worse is no failure unless it shall be", async () => {
    const { code, stdout } = await execute(fast, slow);
    assert.equal(code, 0);
    assert.match(stdout, /response p50 .* worse\n/);
    assert.equal((await execute("--fail-if-worse", fast, slow)).code, 99);
    assert.equal((await execute("--fail-if-worse", "--min-difference", "90%", slow, fast)).code, 0);
    assert.equal((await execute("--fail-if-worse", slow, fast)).code, 0);
  });

  test("takes no flag of the others, and says which share it wants", async () => {
    assert.equal((await execute("-O", "json=-", fast, slow)).code, 2);
    const { code, stderr } = await execute("--min-difference", "5", fast, slow);
    assert.equal(code, 2);
    assert.match(stderr, /--min-difference: expected a share from 0% to below 100%, such as 5%; got "5"/);
  });
});
