import assert from "node:assert/strict";
import { test } from "node:test";
import { changeProblem, lineupProblem, unsettled } from "./mesh-state.ts";

const client = (sentVersion: string, ackedVersion: string, nack = "") => ({
  nodeId: "n",
  peer: "127.0.0.1:1",
  resources: [{ type: "EDS", names: [], moreNames: 0, sentVersion, ackedVersion, nack }],
});

for (const [what, clients, open] of [
  ["no clients", [], []],
  ["all accepted", [client("a", "a"), client("b", "b")], []],
  ["one has not answered yet", [client("a", "a"), client("b", "a")], ["n: EDS"]],
  ["one has refused", [client("a", "a", "no such thing")], ["n: EDS refused: no such thing"]],
] as const) {
  test(`${what}: ${open.join() || "settled"}`, () => assert.deepEqual(unsettled({ clients }), open));
}

test("what was changed by command before is no place for a lesson, and said", () => {
  assert.equal(changeProblem({ overrides: [] }), undefined);
  assert.match(
    changeProblem({ overrides: ["heyhow: paused"] }) ?? "",
    /expected nothing.*hey-mesh reset.*heyhow: paused/,
  );
});

test("other servers than the three of npm start are no place for a lesson, and said", () => {
  const server = (number: number, version: string, zone: string) => {
    return { name: `server-${number}`, version, zone, address: `127.0.0.1:${number}` };
  };
  const three = [server(1, "v1", "a"), server(2, "v1", "b"), server(3, "v2", "a")];
  assert.equal(lineupProblem(three), undefined);
  const more = [...three, server(4, "v2", "b")];
  assert.match(
    lineupProblem(more) ?? "",
    /expected the servers .*server-3 v2\/a\), got .*server-4 v2\/b; .*--system own/,
  );
  assert.match(lineupProblem(three.slice(1)) ?? "", /got server-2 v1\/b, server-3 v2\/a;/);
});
