import assert from "node:assert/strict";
import { test } from "node:test";
import { createScore, exitCode } from "./score.ts";
import { createTally, noCounts } from "./tally.ts";

const one = { name: "server-1", version: "v1", zone: "a" };
const ten = { name: "server-10", version: "v2", zone: "b" };

function tallyOf(...numbers: readonly bigint[]) {
  const tally = createTally();
  for (const number of numbers) tally.receive(number);
  return tally;
}

test("calls, messages and failures are counted to the replica they came from", () => {
  const score = createScore();
  score.called({ replica: ten, latencyMs: 2, nowMs: 10 });
  score.heard(one, 20);
  score.seenAt("127.0.0.1:1", one);
  score.callFailed({ code: "UNAVAILABLE", peer: "127.0.0.1:1", words: "gone" });
  score.callFailed({ code: "DEADLINE_EXCEEDED", peer: undefined, words: "late" });
  const { replicas, calls } = score.board();
  assert.deepEqual(
    replicas.map(({ name, calls, messages, errors, lastSeenMs }) => [name, calls, messages, errors, lastSeenMs]),
    [
      ["server-1", 0, 1, 1, 20],
      ["server-10", 1, 0, 0, 10],
    ],
  );
  assert.deepEqual(calls, { ok: 1, failed: 2, byCode: { UNAVAILABLE: 1, DEADLINE_EXCEEDED: 1 } });
});

test("a replica that came back with other labels shows those", () => {
  const score = createScore();
  score.heard(one, 1);
  score.heard({ ...one, version: "v2" }, 2);
  assert.deepEqual(
    score.board().replicas.map(({ version, messages }) => [version, messages]),
    [["v2", 2]],
  );
});

test("a running conversation counts up to the highest number that has arrived, a finished one to its end", () => {
  const score = createScore();
  const end = score.converse(tallyOf(1n, 3n));
  assert.deepEqual(score.board().messages, { ...noCounts, received: 2, lost: 1 });
  assert.equal(score.board().conversations.running, 1);
  end("whole", 5n);
  assert.deepEqual(score.board().messages, { ...noCounts, received: 2, lost: 3 });
  assert.deepEqual(score.board().conversations, { whole: 1, cut: 0, failed: 0, running: 0 });
});

test("the exit code is 1 when anything was lost, duplicated, unasked for or summed up wrongly", () => {
  const codeOf = (...numbers: readonly bigint[]) => {
    const score = createScore();
    score.converse(tallyOf(...numbers))("whole", 3n);
    return exitCode(score.board());
  };
  assert.equal(codeOf(1n, 2n, 3n), 0);
  assert.equal(codeOf(1n, 3n, 2n), 0);
  assert.equal(codeOf(1n, 2n), 1);
  assert.equal(codeOf(1n, 2n, 3n, 3n), 1);
  assert.equal(codeOf(1n, 2n, 3n, 4n), 1);
  const score = createScore();
  score.callFailed({ code: "UNAVAILABLE", peer: undefined, words: "gone" });
  score.told("failed");
  assert.equal(exitCode(score.board()), 0);
  score.told("wrong");
  assert.equal(exitCode(score.board()), 1);
});

test("reconnects and problems are bounded, their counts are not", () => {
  const score = createScore();
  for (let index = 0; index < 1_500; index++) {
    const gapMs = index === 3 ? 700 : 5;
    score.reconnected({ atMs: index, conversationId: "c", from: "a", to: "b", code: "CANCELLED", gapMs, attempts: 1 });
    score.problem(`problem ${index}`);
    score.problem("the same");
  }
  const { reconnects, problems } = score.board();
  assert.equal(reconnects.count, 1_500);
  assert.equal(reconnects.longestGapMs, 700);
  assert.equal(reconnects.newest.length, 1_000);
  assert.equal(reconnects.newest.at(-1)?.atMs, 1_499);
  assert.equal(problems.length, 20);
  assert.deepEqual(problems.at(-1), { words: "the same", count: 1_500 });
});
