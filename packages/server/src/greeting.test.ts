import assert from "node:assert/strict";
import { test } from "node:test";
import { status } from "@grpc/grpc-js";
import { SayRequest } from "@hey/proto/v1";
import { StatusError } from "@hey/rpc";
import { answerSay, answerTutorial, checkSay, failByChance, onward, troubleFor } from "./greeting.ts";

const replica = { name: "r1", version: "v1", zone: "a" };
const part = { replica, receivedAtNs: 10n, answeredAtNs: 12n, remainingNs: 5n };

function violations(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    assert.ok(error instanceof StatusError);
    assert.equal(error.code, status.INVALID_ARGUMENT);
    const [detail] = error.details;
    assert.equal(detail?.kind, "badRequest");
    for (const { field, description } of detail.violations) {
      assert.ok(error.message.includes(`${field}: ${description}`), "the words name the field too");
    }
    return detail.violations;
  }
  return [];
}

test("the tutorial's answer counts one on and names the replica", () => {
  assert.deepEqual(answerTutorial({ count: 41, msg: "Hey" }, "r1"), { count: 42, msg: "Let's go", anything: "r1" });
  assert.equal(answerTutorial({ count: -1, msg: "" }, "r1").count, 0);
});

test("the tutorial's largest count, which has no next, is refused by its name", () => {
  assert.deepEqual(
    violations(() => answerTutorial({ count: 2147483647, msg: "" }, "r1")),
    [{ field: "count", description: "expected -2147483648 to 2147483646, came 2147483647" }],
  );
});

for (const [what, wrong, expected] of [
  ["nothing wrong", {}, []],
  ["3 hops", { hops: 3 }, []],
  ["4 hops", { hops: 4 }, [{ field: "hops", description: "expected 0 to 3, came 4" }]],
  ["negative work", { workNs: -1n }, [{ field: "work_ns", description: "expected 0 to 60000000000 ns, came -1" }]],
  ["a minute of work", { workNs: 60_000_000_000n }, []],
  [
    "more than a minute of work",
    { workNs: 60_000_000_001n },
    [{ field: "work_ns", description: "expected 0 to 60000000000 ns, came 60000000001" }],
  ],
  ["every call failed", { failPercent: 100 }, []],
  [
    "more calls failed than there are",
    { failPercent: 101 },
    [{ field: "fail_percent", description: "expected 0 to 100, came 101" }],
  ],
  ["the largest count that one replica can count on from", { count: 2n ** 63n - 2n }, []],
  [
    "the largest count",
    { count: 2n ** 63n - 1n },
    [{ field: "count", description: "expected -9223372036854775808 to 9223372036854775806, came 9223372036854775807" }],
  ],
  [
    "a count that the last hop could not count on from",
    { count: 2n ** 63n - 2n, hops: 1 },
    [{ field: "count", description: "expected -9223372036854775808 to 9223372036854775805, came 9223372036854775806" }],
  ],
] as const) {
  test(`Say with ${what}: ${expected.length === 0 ? "accepted" : "refused by field"}`, () => {
    assert.deepEqual(
      violations(() => checkSay(SayRequest.fromPartial(wrong))),
      expected,
    );
  });
}

test("every wrong field is named at once", () => {
  const named = violations(() => checkSay(SayRequest.fromPartial({ hops: 9, workNs: -5n })));
  assert.deepEqual(
    (named as { field: string }[]).map(({ field }) => field),
    ["hops", "work_ns"],
  );
});

test("the last replica's answer counts one on and lists itself with what was left of the deadline", () => {
  assert.deepEqual(answerSay(SayRequest.fromPartial({ count: 7n }), part, undefined), {
    count: 8n,
    msg: "Let's go",
    replica,
    receivedAtNs: 10n,
    answeredAtNs: 12n,
    path: [{ replica, remainingNs: 5n }],
  });
});

test("without a deadline a hop has no remaining time, rather than none left", () => {
  const { path } = answerSay(SayRequest.fromPartial({}), { ...part, remainingNs: undefined }, undefined);
  assert.deepEqual(path, [{ replica }]);
});

test("a chain counts one on for each replica and lists them in the order they were called", () => {
  const request = SayRequest.fromPartial({ count: 1n, hops: 1, workNs: 3n });
  const passedOn = onward(request);
  assert.deepEqual(passedOn, { ...request, count: 2n, hops: 0 });
  const back = { name: "r2", version: "v2", zone: "b" };
  const further = answerSay(passedOn, { ...part, replica: back, remainingNs: 4n }, undefined);
  const answer = answerSay(request, part, further);
  assert.equal(answer.count, 3n);
  assert.equal(answer.replica, replica);
  assert.deepEqual(answer.path, [
    { replica, remainingNs: 5n },
    { replica: back, remainingNs: 4n },
  ]);
});

test("work and failure are for the replica that is named, or for all", () => {
  const trouble = { workNs: 5n, failPercent: 30 };
  assert.deepEqual(troubleFor(SayRequest.fromPartial(trouble), replica), trouble);
  assert.deepEqual(troubleFor(SayRequest.fromPartial({ ...trouble, onlyAt: "r1" }), replica), trouble);
  assert.deepEqual(troubleFor(SayRequest.fromPartial({ ...trouble, onlyAt: "r2" }), replica), {
    workNs: 0n,
    failPercent: 0,
  });
});

test("as many draws of a hundred fail as were asked for", () => {
  const failed = (percent: number) =>
    Array.from({ length: 100 }, (_, index) => index / 100).filter((draw) => {
      try {
        failByChance(percent, draw);
        return false;
      } catch (error) {
        return error instanceof StatusError && error.code === status.UNAVAILABLE;
      }
    }).length;
  assert.deepEqual([0, 1, 30, 100].map(failed), [0, 1, 30, 100]);
});
