import assert from "node:assert/strict";
import { test } from "node:test";
import { status } from "@grpc/grpc-js";
import { StatusError } from "@hey/rpc";
import { report, runLoadgen } from "../testing/run-loadgen.ts";
import { startTestServer } from "../testing/test-server.ts";

/** Answers count 1 to 10, one after the other. */
const counting = ["-d", '{"count":{{.RequestNumber}}}', "-n", "10", "-c", "1"];

for (const engine of ["wire", "grpc-js"]) {
  test(`${engine}: --expect counts an answer that is not as expected as UNEXPECTED, and not as good`, async () => {
    await using server = await startTestServer();
    const expectations = ["--expect", 'msg == "Let\'s go"', "--expect", "count >= 5"];
    const thresholds = [
      "--threshold",
      "unexpected<=40%",
      "--threshold",
      "unexpected<39%",
      "--threshold",
      "errors<=40%",
    ];
    const made = await report(["--engine", engine, ...counting, ...expectations, ...thresholds, server.address]);
    assert.deepEqual(made.codes, { OK: 6, UNEXPECTED: 4 });
    assert.equal(made.accounting.measured.finished, 10, "T27: the codes add up to what finished");
    assert.deepEqual([made.latency.response.count, made.latency.responseOk.count], [10, 6]);
    assert.deepEqual(
      made.thresholds.map(({ passed }) => passed),
      [true, false, true],
    );
    assert.equal(made.code, 99);
    const [kind] = made.errors;
    assert.deepEqual([kind?.code, kind?.count], ["UNEXPECTED", 4]);
    assert.equal(kind?.samples[0]?.message, "expected count >= 5, got 1");
    assert.equal(kind?.samples[0]?.endpoint, server.address);
  });

  test(`${engine}: --expect holds for each message of a stream, and for their number`, async () => {
    await using server = await startTestServer();
    const listen = ["--call", "heyhow.v1.HeyHowService/Listen", "-d", '{"conversationId":"a","lastSequence":5}'];
    const codesOf = async (expectation: string) => {
      const made = await report(["--engine", engine, ...listen, "-n", "2", "--expect", expectation, server.address]);
      return { codes: made.codes, sample: made.errors[0]?.samples[0]?.message };
    };
    assert.deepEqual(await codesOf("sequence <= 5"), { codes: { OK: 2 }, sample: undefined });
    const sample = "expected sequence <= 3, got 4";
    assert.deepEqual(await codesOf("sequence <= 3"), { codes: { UNEXPECTED: 2 }, sample });
    assert.deepEqual(await codesOf("messages == 5"), { codes: { OK: 2 }, sample: undefined });
    const number = "expected messages == 6, got 5";
    assert.deepEqual(await codesOf("messages == 6"), { codes: { UNEXPECTED: 2 }, sample: number });
  });

  test(`${engine}: a call that fails has its own code, whatever is expected`, async () => {
    await using server = await startTestServer({
      say() {
        throw new StatusError(status.NOT_FOUND, "no such thing");
      },
    });
    const { codes } = await report(["--engine", engine, "-n", "3", "--expect", "count == 1", server.address]);
    assert.deepEqual(codes, { NOT_FOUND: 3 });
  });
}

test("a run of which no answer is as expected is exit code 1", async () => {
  await using server = await startTestServer();
  const { code, stdout, stderr } = await runLoadgen(["-n", "3", "--expect", "msg == no", "-q", server.address]);
  assert.equal(code, 1);
  assert.match(stderr, /not one call ended with OK/);
  assert.match(stdout, /3 × UNEXPECTED: expected msg == no, got "Let's go"/);
});

test("a field that the answer does not have, and what is no condition, are exit code 2 before a call is made", async () => {
  await using server = await startTestServer();
  const field = await runLoadgen(["-n", "1", "--expect", "mgs == x", server.address]);
  assert.deepEqual([field.code, /has no field mgs; did you mean msg\?/.test(field.stderr)], [2, true]);
  const form = await runLoadgen(["-n", "1", "--expect", "msg", server.address]);
  assert.deepEqual([form.code, /--expect: expected PATH OPERATOR VALUE/.test(form.stderr)], [2, true]);
  assert.equal(server.calls.length, 0);
});
