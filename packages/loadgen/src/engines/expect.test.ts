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

  test(`${engine}: a failure that is expected is good, and what else comes is not`, async () => {
    const ends = [undefined, status.NOT_FOUND, status.UNAVAILABLE, status.NOT_FOUND];
    let calls = 0;
    await using server = await startTestServer({
      say() {
        const code = ends[calls++ % ends.length];
        if (code !== undefined) throw new StatusError(code, "as it comes");
      },
    });
    const made = async (...expectations: string[]) => {
      const flags = expectations.flatMap((each) => ["--expect", each]);
      return await report(["--engine", engine, "-n", "8", "-c", "1", ...flags, "-q", server.address]);
    };

    const one = await made("code == NOT_FOUND");
    assert.deepEqual(one.codes, { UNAVAILABLE: 2, UNEXPECTED: 2, EXPECTED_NOT_FOUND: 4 });
    assert.deepEqual([one.latency.response.count, one.latency.responseOk.count], [8, 4]);
    assert.deepEqual(
      one.errors.map(({ code, samples }) => [code, samples[0]?.message]),
      [
        ["UNEXPECTED", "expected code == NOT_FOUND, got OK"],
        ["UNAVAILABLE", "as it comes"],
      ],
    );

    const either = await made('code =~ "OK|NOT_FOUND"', "count == 1");
    assert.deepEqual(either.codes, { OK: 2, UNAVAILABLE: 2, EXPECTED_NOT_FOUND: 4 });
    assert.deepEqual([either.latency.responseOk.count, either.errors.length], [6, 1]);
  });

  test(`${engine}: what is said of messages holds for answers before an expected failure too`, async () => {
    await using server = await startTestServer({
      afterListen() {
        throw new StatusError(status.OUT_OF_RANGE, "no more");
      },
    });
    const listen = [
      "--call",
      "heyhow.v1.HeyHowService/Listen",
      "-d",
      '{"conversationId":"a","lastSequence":3}',
      "-n",
      "2",
    ];
    const codesOf = async (expectation: string) =>
      (
        await report([
          "--engine",
          engine,
          ...listen,
          "--expect",
          "code == OUT_OF_RANGE",
          "--expect",
          expectation,
          server.address,
        ])
      ).codes;
    assert.deepEqual(await codesOf("messages == 3"), { EXPECTED_OUT_OF_RANGE: 2 });
    assert.deepEqual(await codesOf("messages == 4"), { UNEXPECTED: 2 });
    assert.deepEqual(await codesOf("sequence < 3"), { UNEXPECTED: 2 });
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

test("a run of failures that are expected is a good one: no errors, exit code 0, thresholds by code", async () => {
  await using server = await startTestServer({
    say() {
      throw new StatusError(status.NOT_FOUND, "no such thing");
    },
  });
  const expected = ["--expect", "code == NOT_FOUND", "-n", "20", "-q"];
  const thresholds = ["--threshold", "errors<1%", "--threshold", "response.max{code=NOT_FOUND}<1m"];
  const { code, stdout, stderr } = await runLoadgen([...expected, ...thresholds, server.address]);
  assert.deepEqual([code, stderr], [0, ""]);
  assert.match(stdout, /good +status as expected/);
  assert.match(stdout, /EXPECTED_NOT_FOUND +20 +100/);
  assert.doesNotMatch(stdout, /of good calls|20 × /);
  const other = await runLoadgen(["--expect", "code == ABORTED", "-n", "3", "-q", server.address]);
  assert.deepEqual([other.code, /not one call ended with code == ABORTED/.test(other.stderr)], [1, true]);
});

test("a field that the answer does not have, and what is no condition, are exit code 2 before a call is made", async () => {
  await using server = await startTestServer();
  const field = await runLoadgen(["-n", "1", "--expect", "mgs == x", server.address]);
  assert.deepEqual([field.code, /has no field mgs; did you mean msg\?/.test(field.stderr)], [2, true]);
  const form = await runLoadgen(["-n", "1", "--expect", "msg", server.address]);
  assert.deepEqual([form.code, /--expect: expected PATH OPERATOR VALUE/.test(form.stderr)], [2, true]);
  assert.equal(server.calls.length, 0);
});
