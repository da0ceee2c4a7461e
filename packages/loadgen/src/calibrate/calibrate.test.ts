import assert from "node:assert/strict";
import { test } from "node:test";
import { schemaProblems } from "../testing/report-schemas.ts";
import { invocation, runCommand, runLoadgen } from "../testing/run-loadgen.ts";
import { calibrate, printCalibration, runCalibrate } from "./calibrate.ts";
import { type Calibration, type PacedStep, ratesToTry, recommended } from "./calibration.ts";
import { createNullAnswers } from "./null-answers.ts";
import { startNullServer } from "./start-null-server.ts";

type Run = typeof runCalibrate;
const command = {
  ...calibrate,
  run: (given: Parameters<Run>[0], io: Parameters<Run>[1]) => runCalibrate(given, io, invocation),
};

test("a calibration has a ceiling, and how punctual the generator is at rising rates", async () => {
  const { code, stdout, stderr } = await runCommand(command, ["-z", "3s", "--json"]);
  assert.equal(code, 0, stderr);
  assert.deepEqual(schemaProblems("calibration", stdout), []);
  const { schema, ceiling, steps, engine }: Calibration = JSON.parse(stdout);
  assert.equal(schema, "hey-loadgen-calibration/1");
  assert.equal(engine, "wire");
  assert.ok(ceiling.callsPerS > 0 && ceiling.concurrency === 64, stdout);
  assert.deepEqual(
    steps.map(({ askedPerS }) => askedPerS),
    ratesToTry(ceiling.callsPerS),
  );
  assert.ok(
    steps.every(({ reachedPerS, lateMaxUs }) => reachedPerS > 0 && lateMaxUs >= 0),
    stdout,
  );
  assert.equal(stderr.split("\n").length, 1 + steps.length + 1, "each is shown as it ends");
});

test("a calibration takes no arguments, and so its help has none", async () => {
  assert.equal("positionals" in calibrate, false);
  assert.match((await runCommand(command, ["foo"])).stderr, /"foo": expected no arguments but flags/);
});

test("with workers a calibration says how many, and has the connections that they made", async () => {
  const { code, stdout, stderr } = await runCommand(command, ["-z", "1s", "--workers", "2", "--json", "--quiet"]);
  assert.equal(code, 0, stderr);
  assert.deepEqual(schemaProblems("calibration", stdout), []);
  const { workers, connections }: Calibration = JSON.parse(stdout);
  assert.deepEqual({ workers, connections }, { workers: 2, connections: 2 });
});

const calibration: Calibration = {
  ...{ schema: "hey-loadgen-calibration/1", startedAt: "", engine: "wire", connections: 2, workers: 2 },
  environment: { node: "24", os: "linux", cpuModel: "CPU", cpus: 4, loadgen: "0.1.0" },
  ceiling: { callsPerS: 10_000, cpuUsPerCall: 3, concurrency: 2, durationMs: 1_000 },
  steps: [],
  recommendedPerS: 9_000,
};

test("the summary of a calibration has the workers, and says when no higher rate was tried than the one it recommends", () => {
  const good = { reachedPerS: 9_000, lateP50Us: 1, lateP99Us: 1, lateMaxUs: 1, cpu: 0.1, verdict: "ok" as const };
  const steps = [5_000, 9_000].map((askedPerS) => ({ ...good, askedPerS }));
  const all = printCalibration({ ...calibration, steps });
  assert.match(all, /^engine wire, 2 connections, 2 workers, 4 × CPU/);
  assert.match(all, /^ceiling: .* 3\.0 µs of CPU a call in the workers$/m);
  assert.match(all, /^up to 9,000\/s .* kept up\n {2}\(the highest rate that was tried; more callers than 2, by -c, /m);
  const less = printCalibration({ ...calibration, workers: 1, steps, recommendedPerS: 5_000 });
  assert.match(less, /^up to 5,000\/s the times are the server's: the generator was well and kept up$/m);
  assert.doesNotMatch(less, /worker/);
});

for (const [engine, calls] of [
  ["wire", 3_000],
  ["grpc-js", 200],
] as const) {
  test(`every call of ${engine} to the server that does nothing ends with OK`, async () => {
    await using server = await startNullServer();
    const args = ["--engine", engine, "-c", "8", "-n", String(calls), "--quiet", "-d", `{"msg":"${"x".repeat(100)}"}`];
    const { code, stdout } = await runLoadgen([...args, "-O", "json=-", server.address]);
    assert.equal(code, 0);
    assert.deepEqual(JSON.parse(stdout).codes, { OK: calls });
  });
}

test("requests that come byte by byte are answered too", () => {
  const answers = createNullAnswers();
  const request = Buffer.concat([
    Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
    Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]),
    Buffer.from([0, 0, 1, 1, 5, 0, 0, 0, 7, 0x82]),
  ]);
  const answered = Buffer.concat([...request].map((byte) => answers(Buffer.from([byte]))));
  const types: [type: number, stream: number][] = [];
  for (let at = 0; at < answered.length; at += 9 + answered.readUIntBE(at, 3)) {
    types.push([answered[at + 3] as number, answered.readUInt32BE(at + 5)]);
  }
  assert.deepEqual(types, [
    [4, 0],
    [4, 0],
    [1, 7],
    [0, 7],
    [1, 7],
  ]);
});

const step = (askedPerS: number, given: Partial<PacedStep> = {}): PacedStep => ({
  ...{ askedPerS, reachedPerS: askedPerS, lateP50Us: 1, lateP99Us: 1, lateMaxUs: 1, cpu: 0.1, verdict: "ok" },
  ...given,
});

test("the rate to recommend is the highest at which all was well, and below it too", () => {
  assert.equal(recommended([step(100), step(2_000), step(5_000, { verdict: "degraded" }), step(9_000)]), 2_000);
  assert.equal(recommended([step(100), step(2_000, { reachedPerS: 1_900 })]), 100);
  assert.equal(recommended([step(100, { verdict: "saturated" })]), null);
});
