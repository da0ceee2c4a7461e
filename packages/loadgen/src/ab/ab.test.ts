import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { schemaProblems } from "../testing/report-schemas.ts";
import { invocation, runCommand } from "../testing/run-loadgen.ts";
import { startTestServer } from "../testing/test-server.ts";
import { ab, runAb } from "./ab.ts";
import type { AbReport } from "./ab-report.ts";

const command = {
  ...ab,
  run: (given: Parameters<typeof runAb>[0], io: Parameters<typeof runAb>[1]) => runAb(given, io, invocation),
};

test("of two targets the slower one is worse: told in words, in exact figures, and by the exit code", async () => {
  await using fast = await startTestServer();
  await using slow = await startTestServer({ say: () => wait(30) });
  const folder = mkdtempSync(join(tmpdir(), "hey-loadgen-test-"));
  const [json, html, csv] = ["json", "html", "csv"].map((format) => join(folder, `ab.${format}`)) as [
    string,
    string,
    string,
  ];
  const { code, stdout } = await runCommand(
    command,
    [
      ...["--rps", "100", "-z", "3s", "--quiet", "--fail-if-worse", "--b=-m side=b", "-d", "@"],
      ...["-O", `json=${json}`, "-O", `html=${html}`, "-O", `csv=${csv}`, fast.address, slow.address],
    ],
    { stdin: '{"count":7}' },
  );
  assert.equal(code, 99, stdout);
  assert.match(stdout, /^p50 .* worse$/m);
  assert.match(stdout, /^B is worse in .*p50/m);
  const { a, b, comparison }: AbReport = JSON.parse(readFileSync(json, "utf8"));
  assert.deepEqual([a.latency.response.count, b.latency.response.count], [150, 150]);
  assert.deepEqual([a.target.uri, b.target.uri], [fast.address, slow.address]);
  const p50 = comparison.figures.find(({ name }) => name === "p50");
  assert.ok((p50?.difference?.low ?? 0) > 5_000, JSON.stringify(p50));
  assert.equal(p50?.a, a.latency.response.percentilesUs["50"]);
  assert.ok(slow.calls.every(({ context }) => context.metadata.get("side")[0] === "b"));
  assert.ok([...fast.calls, ...slow.calls].every(({ request }) => request.count === 7n));
  assert.ok(fast.calls.every(({ context }) => context.metadata.get("side").length === 0));
  assert.deepEqual(schemaProblems("ab", readFileSync(json, "utf8")), []);
  assert.equal(comparison.labels.b, `${slow.address} -m side=…`);
  assert.match(readFileSync(html, "utf8"), /^<!doctype html>[\s\S]*B is worse in[\s\S]*<svg/);
  assert.match(readFileSync(csv, "utf8"), /^figure,unit,a,b,[\s\S]*\np50,us,\d+,\d+,/);
  rmSync(folder, { recursive: true });
});

test("callers that wait are as many on each side, and their rates are compared", async () => {
  await using server = await startTestServer();
  const { code, stdout } = await runCommand(command, [
    "-c",
    "2",
    "-z",
    "300ms",
    "--quiet",
    "--b=--connections 2",
    server.address,
  ]);
  assert.equal(code, 0, stdout);
  assert.match(stdout, /closed loop, 2 at a time, for 300ms, on each side/);
  assert.match(stdout, /^good calls .* undecided$/m);
  assert.match(stdout, /too short: [12] blocks of 250 ms had calls; 10 are needed/);
  assert.equal(server.connections(), 3);
});

test("a side that nobody answers is told by name", async () => {
  await using server = await startTestServer();
  const args = ["--rps", "50", "-n", "11", "--quiet", "--b=--call heyhow.v1.HeyHowService/Nothing", server.address];
  const { code, stderr } = await runCommand(command, args);
  assert.ok(code === 2 || code === 3, String(code));
  assert.match(stderr, /Nothing/);
});

test("a signal stops both sides, and what there is is told", async () => {
  await using server = await startTestServer();
  const stop = new AbortController();
  const running = runCommand(command, ["--rps", "200", "-z", "60s", "--quiet", "-O", "json=-", server.address], {
    signal: stop.signal,
  });
  while (server.calls.length < 10) await new Promise(setImmediate);
  stop.abort();
  const { code, stdout } = await running;
  assert.equal(code, 105);
  assert.deepEqual(schemaProblems("ab", stdout), []);
  const { a, b }: AbReport = JSON.parse(stdout);
  assert.deepEqual([a.run.partial, b.run.partial], [true, true]);
  assert.equal(a.accounting.measured.finished + b.accounting.measured.finished, server.calls.length);
});

test("wrong settings of the comparison are told", async () => {
  const { code, stderr } = await runCommand(command, [
    "-n",
    "5",
    "--min-difference",
    "5",
    "-O",
    "pdf=x",
    "--workers",
    "2",
    "h:1",
  ]);
  assert.equal(code, 2);
  for (const words of [
    "--total: expected a rate",
    "--min-difference: expected",
    "--output: expected",
    "--workers: expected 1",
  ])
    assert.ok(stderr.includes(words), stderr);
});
