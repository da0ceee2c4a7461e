import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { schemaProblems } from "../testing/report-schemas.ts";
import { invocation, runCommand, runLoadgen } from "../testing/run-loadgen.ts";
import { startTestServer } from "../testing/test-server.ts";
import { findMax, runFindMax } from "./find-max.ts";
import type { FindMaxReport } from "./find-max-report.ts";

type Run = typeof runFindMax;
const command = {
  ...findMax,
  run: (given: Parameters<Run>[0], io: Parameters<Run>[1]) => runFindMax(given, io, invocation),
};
const short = ["-z", "500ms", "--warmup", "0s"];

test("each rate is driven against the server, shown as it ends, and written with the outcome", async () => {
  await using server = await startTestServer();
  const args = [
    "--slo",
    "p50<2s",
    "--slo",
    "errors<50%",
    "--from",
    "20",
    "--to",
    "40",
    ...short,
    "-d",
    "@",
    "-O",
    "json=-",
    server.address,
  ];
  const { code, stdout, stderr } = await runCommand(command, args, { stdin: '{"count":7}' });
  assert.equal(code, 0, stderr);
  assert.ok(server.calls.every(({ request }) => request.count === 7n));
  assert.deepEqual(schemaProblems("find-max", stdout), []);
  const { outcome, steps, search, run, target }: FindMaxReport = JSON.parse(stdout);
  assert.deepEqual(outcome, { kind: "top", perSecond: 40 });
  // On a busy machine a step may be tried again.
  assert.deepEqual([...new Set(steps.map(({ askedPerS }) => askedPerS))], [20, 40]);
  assert.equal(
    server.calls.length,
    steps.reduce((sum, { askedPerS }) => sum + askedPerS / 2, 0),
  );
  assert.deepEqual([search.slo, run.partial, target?.uri], [["p50<2s", "errors<50%"], false, server.address]);
  assert.equal(stderr.match(/^ +\d+\.\d\/s {2}reached /gm)?.length, steps.length, stderr);
  assert.match(stderr, /^40\.0\/s or more: the highest rate that was to be tried/m);
});

test("each step draws its own random data, and again the same with the same seed", async () => {
  await using server = await startTestServer();
  const drawing = ["-d", '{"count":{{randomInt 1 1000000000}}}', "--quiet", "-O", "json=-", server.address];
  const search = async (seed: string): Promise<{ steps: FindMaxReport["steps"]; drawn: (readonly bigint[])[] }> => {
    const before = server.calls.length;
    const args = ["--slo", "p50<5s", "--from", "20", "--to", "20", ...short, "--seed", seed, ...drawing];
    const { stdout } = await runCommand(command, args);
    const counts = server.calls.slice(before).map(({ request }) => request.count);
    return { steps: JSON.parse(stdout).steps, drawn: [counts.slice(0, 10), counts.slice(10, 20)] };
  };
  const { steps, drawn } = await search("3");
  assert.notDeepEqual(drawn[0], drawn[1]);
  assert.deepEqual((await search("3")).drawn, drawn);
  assert.notDeepEqual((await search("4")).drawn[0], drawn[0]);
  // By the seed in the report one step can be repeated alone.
  const seed = String(steps[1]?.seed);
  const before = server.calls.length;
  await runLoadgen(["--rps", "20", "-z", "500ms", "--seed", seed, ...drawing]);
  assert.deepEqual(
    server.calls.slice(before).map(({ request }) => request.count),
    drawn[1],
  );
});

test("a server that is too slow at the lowest rate has no highest one: exit code 99", async () => {
  await using server = await startTestServer({ say: () => wait(40) });
  const args = ["--slo", "p50<5ms", "--from", "20", ...short, "--quiet", "-O", "json=-", server.address];
  const { code, stdout, stderr } = await runCommand(command, args);
  assert.equal(code, 99);
  assert.deepEqual(schemaProblems("find-max", stdout), []);
  assert.match(stderr, /^none: not even 20\.0\/s met/m);
  assert.ok(server.calls.length >= 20, "a miss is tried once more");
});

test("wrong settings of a search are told together", async () => {
  const { code, stderr } = await runCommand(command, [
    "--slo",
    "p99",
    "--precision",
    "0.1%",
    "--from",
    "9",
    "--to",
    "5",
    "h:1",
  ]);
  assert.equal(code, 2);
  for (const words of ["--slo: expected", "--precision: expected", "--from: expected at most"])
    assert.ok(stderr.includes(words), stderr);
  assert.match((await runCommand(command, ["h:1"])).stderr, /--slo: expected at least one/);
});

test("a percentile that a step has too few calls for is refused before the first call, and is no miss", async () => {
  const tooFew = await runCommand(command, ["--slo", "p99.9<500ms", "h:1"]);
  assert.equal(tooFew.code, 2);
  assert.match(
    tooFew.stderr,
    /--slo p99\.9<500ms: expected a first step of 1,000 calls or more; got 500 of --from 100 and -z 5s/,
  );
  const atRandom = await runCommand(command, ["--slo", "p99<1s", "--from", "20", "--arrival", "poisson", "h:1"]);
  assert.match(atRandom.stderr, /expected a first step of 100 calls or more; got 70 of/);
});

test("a server that takes most of a step for each call is no miss while it keeps up", async () => {
  await using server = await startTestServer({ say: () => wait(300) });
  const args = ["--slo", "p50<5s", "--from", "20", "--to", "20", ...short, "--quiet", "-O", "json=-", server.address];
  const { code, stdout } = await runCommand(command, args);
  assert.equal(code, 0, stdout);
  assert.deepEqual(JSON.parse(stdout).outcome, { kind: "top", perSecond: 20 });
});

test("a signal ends the search with what it knows", async () => {
  await using server = await startTestServer();
  const stop = new AbortController();
  const args = ["--slo", "p50<2s", "-z", "60s", "--warmup", "0s", "-O", "csv=-", server.address];
  const running = runCommand(command, args, { signal: stop.signal });
  while (server.calls.length < 5) await new Promise(setImmediate);
  stop.abort();
  const { code, stdout, stderr } = await running;
  assert.equal(code, 105);
  assert.equal(stdout, "purpose,askedPerS,reachedPerS,p50Us,p99Us,errors,generator,result,reasons\n");
  assert.match(stderr, /stopped by a signal; the highest rate that had met: none/);
});
