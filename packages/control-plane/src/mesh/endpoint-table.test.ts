import assert from "node:assert/strict";
import { test } from "node:test";
import {
  atOnceMs,
  type CheckedEndpoint,
  type EndpointTable,
  emptyTable,
  nextTable,
  type Verdict,
} from "./endpoint-table.ts";

const labels = {};
const at = (host: string, verdict: Verdict): CheckedEndpoint => ({ host, port: 1, source: "static", labels, verdict });
const next = (
  before: EndpointTable,
  found: readonly CheckedEndpoint[],
  whenAllFail: "keep" | "drop",
  nowMs = 1_000_000,
) => nextTable({ before, found, allFound: true, whenAllFail, nowMs });
const hosts = (list: readonly { readonly host: string }[]) => list.map(({ host }) => host);

test("those that are healthy may be called, the others not", () => {
  const table = next(emptyTable, [at("a", "healthy"), at("b", "unhealthy"), at("c", "checking")], "keep");
  assert.deepEqual(hosts(table.callable), ["a"]);
  assert.equal(table.panic, false);
});

test("when all fail at once the last good ones stay, and it is called panic", () => {
  const good = next(emptyTable, [at("a", "healthy"), at("b", "healthy"), at("c", "unhealthy")], "keep");
  const bad = next(good, [at("a", "unhealthy"), at("b", "unhealthy"), at("c", "unhealthy")], "keep");
  assert.deepEqual(hosts(bad.callable), ["a", "b"]);
  assert.equal(bad.panic, true);
  const again = next(bad, [at("a", "unhealthy"), at("b", "healthy"), at("c", "unhealthy")], "keep");
  assert.deepEqual(hosts(again.callable), ["b"]);
  assert.equal(again.panic, false);
});

/** Five that fail one after another, each so long after the one before; the last table. */
function failInTurn(everyMs: number, whenAllFail: "keep" | "drop" = "keep"): EndpointTable {
  const names = ["a", "b", "c", "d", "e"];
  let nowMs = 0;
  let table = next(
    emptyTable,
    names.map((name) => at(name, "healthy")),
    whenAllFail,
    nowMs,
  );
  // They have been well for an hour.
  nowMs = 3_600_000;
  for (let failed = 1; failed <= names.length; failed++, nowMs += everyMs) {
    const found = names.map((name, index) => at(name, index < failed ? "unhealthy" : "healthy"));
    table = next(table, found, whenAllFail, nowMs);
  }
  return table;
}

test("each check tells for itself: all that failed within a moment are the last good ones", () => {
  const all = ["a", "b", "c", "d", "e"];
  for (const everyMs of [0, 5, atOnceMs / 4]) {
    const { callable, panic } = failInTurn(everyMs);
    assert.deepEqual([hosts(callable), panic], [all, true], `${everyMs} ms`);
  }
  assert.deepEqual(hosts(failInTurn(atOnceMs / 4 + 1).callable), ["b", "c", "d", "e"]);
  assert.deepEqual(hosts(failInTurn(atOnceMs + 1).callable), ["e"]);
  assert.deepEqual(hosts(failInTurn(5, "drop").callable), []);
});

test("a panic lasts until a check passes, however long, and then the kept ones go", () => {
  const panic = failInTurn(5);
  const later = 2 * 3_600_000;
  const names = ["a", "b", "c", "d", "e"];
  const still = next(
    panic,
    names.map((name) => at(name, name === "a" ? "checking" : "unhealthy")),
    "keep",
    later,
  );
  assert.deepEqual([hosts(still.callable), still.panic], [names, true]);
  const over = next(
    still,
    names.map((name) => at(name, name === "c" ? "healthy" : "unhealthy")),
    "keep",
    later + 1,
  );
  assert.deepEqual([hosts(over.callable), over.panic], [["c"], false]);
  const again = next(
    over,
    names.map((name) => at(name, "unhealthy")),
    "keep",
    later + 2,
  );
  assert.deepEqual([hosts(again.callable), again.panic], [["c"], true]);
});

test("until every source has spoken and every check, nothing is known; what was known stays so", () => {
  const change = { before: emptyTable, whenAllFail: "keep", nowMs: 0 } as const;
  assert.equal(nextTable({ ...change, found: [], allFound: false }).known, false);
  assert.equal(nextTable({ ...change, found: [at("a", "unhealthy")], allFound: false }).known, false);
  assert.equal(nextTable({ ...change, found: [at("a", "checking")], allFound: true }).known, false);
  assert.equal(nextTable({ ...change, found: [], allFound: true }).known, true);
  const one = nextTable({ ...change, found: [at("a", "healthy"), at("b", "checking")], allFound: false });
  assert.equal(one.known, true);
  assert.equal(nextTable({ ...change, before: one, found: [], allFound: true }).known, true);
});

test("when all fail at once and the operator says drop, none may be called", () => {
  const good = next(emptyTable, [at("a", "healthy")], "drop");
  const bad = next(good, [at("a", "unhealthy")], "drop");
  assert.deepEqual(bad.callable, []);
  assert.equal(bad.panic, false);
});

test("one that is drained is not what is left when all others fail at once", () => {
  const good = next(emptyTable, [at("a", "healthy"), at("b", "healthy")], "keep");
  const drained = { ...at("b", "healthy"), weight: 0 };
  const bad = next(good, [at("a", "unhealthy"), drained], "keep");
  assert.deepEqual(hosts(bad.callable), ["a", "b"]);
  assert.equal(bad.panic, true);
  assert.deepEqual(hosts(next(good, [at("a", "unhealthy"), drained], "drop").callable), ["b"]);
});

const leaving = (host: string, verdict: Verdict): CheckedEndpoint => ({ ...at(host, verdict), terminating: true });
const weights = ({ callable }: EndpointTable) => callable.map(({ weight }) => weight);

test("one that is terminating is drained as soon as another one is healthy, and not before", () => {
  const good = next(emptyTable, [at("a", "healthy")], "keep");
  for (const verdict of ["checking", "unhealthy"] as const) {
    const soon = next(good, [leaving("a", "healthy"), at("b", verdict)], "keep");
    assert.deepEqual([hosts(soon.callable), weights(soon), soon.panic], [["a"], [undefined], false]);
  }
  const then = next(good, [leaving("a", "healthy"), at("b", "healthy")], "keep");
  assert.deepEqual([hosts(then.callable), weights(then), then.panic], [["a", "b"], [0, undefined], false]);
  assert.equal(then.endpoints[0]?.weight, 0);
});

test("when all are terminating they are called", () => {
  const table = next(emptyTable, [leaving("a", "healthy"), leaving("b", "unhealthy")], "keep");
  assert.deepEqual([hosts(table.callable), weights(table), table.panic], [["a"], [undefined], false]);
});

test("that all are drained is no panic", () => {
  const good = next(emptyTable, [at("a", "healthy")], "keep");
  const drained = next(good, [{ ...at("a", "healthy"), weight: 0 }], "keep");
  assert.deepEqual(hosts(drained.callable), ["a"]);
  assert.equal(drained.panic, false);
});

test("what discovery no longer finds is not kept", () => {
  const good = next(emptyTable, [at("a", "healthy"), at("b", "healthy")], "keep");
  assert.deepEqual(hosts(next(good, [at("a", "unhealthy")], "keep").callable), ["a"]);
  assert.deepEqual(next(good, [], "keep").callable, []);
});

test("endpoints that were never good are not called because all fail", () => {
  assert.deepEqual(next(emptyTable, [at("a", "unhealthy"), at("b", "checking")], "keep").callable, []);
});

test("the same endpoints are the same list, so that nothing is built anew", () => {
  const before = next(emptyTable, [at("a", "healthy"), at("b", "checking")], "keep");
  const after = next(before, [at("a", "healthy"), at("b", "unhealthy")], "keep");
  assert.equal(after.callable, before.callable);
});

test("an endpoint with another weight is another list", () => {
  const before = next(emptyTable, [at("a", "healthy")], "keep");
  const after = next(before, [{ ...at("a", "healthy"), weight: 0.5 }], "keep");
  assert.deepEqual(
    after.callable.map(({ weight }) => weight),
    [0.5],
  );
});
