import assert from "node:assert/strict";
import { test } from "node:test";
import { type CheckedEndpoint, type EndpointTable, emptyTable, nextTable, type Verdict } from "./endpoint-table.ts";

const labels = {};
const at = (host: string, verdict: Verdict): CheckedEndpoint => ({ host, port: 1, source: "static", labels, verdict });
const hosts = (list: readonly { readonly host: string }[]) => list.map(({ host }) => host);

test("those that are healthy may be called, the others not", () => {
  const table = nextTable(emptyTable, [at("a", "healthy"), at("b", "unhealthy"), at("c", "checking")], "keep");
  assert.deepEqual(hosts(table.callable), ["a"]);
  assert.equal(table.panic, false);
});

test("when all fail at once the last good ones stay, and it is called panic", () => {
  const good = nextTable(emptyTable, [at("a", "healthy"), at("b", "healthy"), at("c", "unhealthy")], "keep");
  const bad = nextTable(good, [at("a", "unhealthy"), at("b", "unhealthy"), at("c", "unhealthy")], "keep");
  assert.deepEqual(hosts(bad.callable), ["a", "b"]);
  assert.equal(bad.panic, true);
  const again = nextTable(bad, [at("a", "unhealthy"), at("b", "healthy"), at("c", "unhealthy")], "keep");
  assert.deepEqual(hosts(again.callable), ["b"]);
  assert.equal(again.panic, false);
});

test("when all fail at once and the operator says drop, none may be called", () => {
  const good = nextTable(emptyTable, [at("a", "healthy")], "drop");
  const bad = nextTable(good, [at("a", "unhealthy")], "drop");
  assert.deepEqual(bad.callable, []);
  assert.equal(bad.panic, false);
});

test("one that is drained is not what is left when all others fail at once", () => {
  const good = nextTable(emptyTable, [at("a", "healthy"), at("b", "healthy")], "keep");
  const drained = { ...at("b", "healthy"), weight: 0 };
  const bad = nextTable(good, [at("a", "unhealthy"), drained], "keep");
  assert.deepEqual(hosts(bad.callable), ["a", "b"]);
  assert.equal(bad.panic, true);
  assert.deepEqual(hosts(nextTable(good, [at("a", "unhealthy"), drained], "drop").callable), ["b"]);
});

const leaving = (host: string, verdict: Verdict): CheckedEndpoint => ({ ...at(host, verdict), terminating: true });
const weights = ({ callable }: EndpointTable) => callable.map(({ weight }) => weight);

test("one that is terminating is drained as soon as another one is healthy, and not before", () => {
  const good = nextTable(emptyTable, [at("a", "healthy")], "keep");
  for (const verdict of ["checking", "unhealthy"] as const) {
    const soon = nextTable(good, [leaving("a", "healthy"), at("b", verdict)], "keep");
    assert.deepEqual([hosts(soon.callable), weights(soon), soon.panic], [["a"], [undefined], false]);
  }
  const then = nextTable(good, [leaving("a", "healthy"), at("b", "healthy")], "keep");
  assert.deepEqual([hosts(then.callable), weights(then), then.panic], [["a", "b"], [0, undefined], false]);
  assert.equal(then.endpoints[0]?.weight, 0);
});

test("when all are terminating they are called", () => {
  const table = nextTable(emptyTable, [leaving("a", "healthy"), leaving("b", "unhealthy")], "keep");
  assert.deepEqual([hosts(table.callable), weights(table), table.panic], [["a"], [undefined], false]);
});

test("that all are drained is no panic", () => {
  const good = nextTable(emptyTable, [at("a", "healthy")], "keep");
  const drained = nextTable(good, [{ ...at("a", "healthy"), weight: 0 }], "keep");
  assert.deepEqual(hosts(drained.callable), ["a"]);
  assert.equal(drained.panic, false);
});

test("what discovery no longer finds is not kept", () => {
  const good = nextTable(emptyTable, [at("a", "healthy"), at("b", "healthy")], "keep");
  assert.deepEqual(hosts(nextTable(good, [at("a", "unhealthy")], "keep").callable), ["a"]);
  assert.deepEqual(nextTable(good, [], "keep").callable, []);
});

test("endpoints that were never good are not called because all fail", () => {
  assert.deepEqual(nextTable(emptyTable, [at("a", "unhealthy"), at("b", "checking")], "keep").callable, []);
});

test("the same endpoints are the same list, so that nothing is built anew", () => {
  const before = nextTable(emptyTable, [at("a", "healthy"), at("b", "checking")], "keep");
  const after = nextTable(before, [at("a", "healthy"), at("b", "unhealthy")], "keep");
  assert.equal(after.callable, before.callable);
});

test("an endpoint with another weight is another list", () => {
  const before = nextTable(emptyTable, [at("a", "healthy")], "keep");
  const after = nextTable(before, [{ ...at("a", "healthy"), weight: 0.5 }], "keep");
  assert.deepEqual(
    after.callable.map(({ weight }) => weight),
    [0.5],
  );
});
