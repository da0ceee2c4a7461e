import assert from "node:assert/strict";
import { test } from "node:test";
import { changeProblem, isSettled } from "./mesh-state.ts";

const client = (sentVersion: string, ackedVersion: string, nack = "") => ({
  nodeId: "n",
  peer: "127.0.0.1:1",
  resources: [{ type: "EDS", names: [], moreNames: 0, sentVersion, ackedVersion, nack }],
});

for (const [what, clients, settled] of [
  ["no clients", [], true],
  ["all accepted", [client("a", "a"), client("b", "b")], true],
  ["one has not answered yet", [client("a", "a"), client("b", "a")], false],
  ["one has refused", [client("a", "a", "no such thing")], false],
] as const) {
  test(`${what}: ${settled ? "settled" : "not settled"}`, () => assert.equal(isSettled({ clients }), settled));
}

test("what was changed by command before is no place for a lesson, and said", () => {
  assert.equal(changeProblem({ overrides: [] }), undefined);
  assert.match(
    changeProblem({ overrides: ["heyhow: paused"] }) ?? "",
    /expected nothing.*hey-mesh reset.*heyhow: paused/,
  );
});
