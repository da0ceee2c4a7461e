import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { commands } from "../commands/commands.ts";
import { schemaProblems } from "../testing/report-schemas.ts";
import { runCommand, runLoadgen } from "../testing/run-loadgen.ts";
import { startTestServer } from "../testing/test-server.ts";

const server = await startTestServer({
  say({ count }) {
    if (count === 13n) throw new Error("not this one");
  },
});
const { address } = server;
test.after(() => server[Symbol.asyncDispose]());

const listen = ["--call", "heyhow.v1.HeyHowService/Listen", "-d", '{"lastSequence":3}'];
const talk = ["--call", "heyhow.v1.HeyHowService/Talk", "-d", '{"conversationId":"c","sequence":{{.MessageNumber}}}'];
const tell = ["--call", "heyhow.v1.HeyHowService/Tell", "-d", '[{"id":"a"},{"id":"a"}]'];

for (const [what, args] of [
  ["unary calls by plan", ["--rps", "200", "-n", "20"]],
  ["unary calls in a closed loop, with a warm-up", ["-c", "2", "-z", "300ms", "--warmup", "100ms"]],
  ["streams of the server", [...listen, "-n", "5", "--threshold", "messageGap.p99<1s"]],
  ["streams of the client", [...tell, "-n", "5"]],
  [
    "streams both ways, with a pace",
    [...talk, "-n", "5", "--stream-rps", "500", "--stream-call-count", "4", "--threshold", "roundTrip.p50<1s"],
  ],
  ["an aborted run", ["--rps", "50", "-z", "30s", "--abort-on", "rate>0/s"]],
  ["calls over grpc-js", ["-n", "5", "--engine", "grpc-js"]],
] as const) {
  test(`the report of ${what} is as the published schema says`, async () => {
    const { stdout, stderr } = await runLoadgen([...args, "--quiet", "-O", "json=-", address]);
    assert.ok(stdout !== "", stderr);
    assert.deepEqual(schemaProblems("report", stdout), []);
  });
}

test("the report of calls that fail is as the published schema says", async () => {
  const args = ["-n", "20", "-d", '{"count":13}', "--threshold", "errors<1%", "--threshold", "response.p99.9<1s"];
  const { stdout, code } = await runLoadgen([...args, "--quiet", "-O", "json=-", address]);
  assert.equal(code, 99);
  assert.equal(JSON.parse(stdout).errors[0].count, 20);
  assert.deepEqual(schemaProblems("report", stdout), []);
});

test("the report of a run that a signal stopped is as the schema says", async () => {
  const stop = new AbortController();
  const seen = server.calls.length;
  const args = ["--rps", "200", "-z", "60s", "--quiet", "-O", "json=-", address];
  const running = runLoadgen(args, { signal: stop.signal });
  while (server.calls.length < seen + 5) await new Promise(setImmediate);
  stop.abort();
  const { stdout } = await running;
  assert.equal(JSON.parse(stdout).run.partial, true);
  assert.deepEqual(schemaProblems("report", stdout), []);
});

test("merged reports are as the schema says", async () => {
  const folder = mkdtempSync(join(tmpdir(), "hey-loadgen-test-"));
  const paths = [];
  for (const name of ["a", "b"]) {
    const path = join(folder, `${name}.json`);
    const { code, stderr } = await runLoadgen(["-n", "20", "--quiet", "-O", `json=${path}`, address]);
    assert.equal(code, 0, stderr);
    paths.push(path);
  }
  const merge = commands["merge"] ?? assert.fail();
  const { stdout } = await runCommand(merge, [...paths, "--quiet", "-O", "json=-"]);
  assert.deepEqual(schemaProblems("report", stdout), []);
  rmSync(folder, { recursive: true });
});

test("a field too many, one too few, and another version are each found", async () => {
  const { stdout } = await runLoadgen(["-n", "5", "--quiet", "-O", "json=-", address]);
  const report = JSON.parse(stdout);
  const { caveats: _left, ...without } = report;
  const loud = { ...report, run: { ...report.run, mood: "good" } };
  for (const [document, words] of [
    [loud, /^\/run must NOT have additional properties.*"mood"/],
    [without, /must have required property 'caveats'/],
    [{ ...report, schema: "hey-loadgen/2" }, /^\/schema must be equal to constant/],
  ] as const) {
    const found = schemaProblems("report", JSON.stringify(document));
    assert.equal(found.length, 1, found.join("\n"));
    assert.match(String(found[0]), words);
  }
});
