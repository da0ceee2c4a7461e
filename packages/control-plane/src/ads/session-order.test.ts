/** Make before break: in which order a stream is told of changes, and how long a cluster that leaves stays. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { brief, namesOf, scriptSession, type World } from "../testing/session-script.ts";

const whole: World = { CDS: { a: "1" }, EDS: { a: "1" }, LDS: { a: "1" }, RDS: { a: "1" } };
const envoy = "envoy";

test("rule 8: changes are sent as clusters, endpoints, listeners, routes", () => {
  const { ask, all } = scriptSession(whole);
  for (const type of ["RDS", "LDS", "EDS", "CDS"] as const) ask(type, ["a"]);
  assert.deepEqual(all().map(brief), ["CDS a", "EDS a", "LDS a", "RDS a"]);
});

test("rule 8: routes wait while changed clusters wait for the answer before", () => {
  const { ask, all, change } = scriptSession(whole);
  for (const type of ["CDS", "RDS"] as const) ask(type, ["a"]);
  const [clusters, routes] = all();
  ask("RDS", ["a"], { nonce: routes?.nonce });
  change({ ...whole, CDS: { a: "2" }, RDS: { a: "2" } });
  assert.deepEqual(all().map(brief), []);
  ask("CDS", ["a"], { nonce: clusters?.nonce });
  assert.deepEqual(all().map(brief), ["CDS a", "RDS a"]);
});

test("rule 8: a cluster that leaves stays with a wildcard client until it has accepted the routes", () => {
  const { ask, all, change } = scriptSession({ ...whole, CDS: { old: "1" } });
  ask("CDS", [], { userAgent: envoy });
  ask("LDS", []);
  ask("RDS", ["a"]);
  for (const { type, nonce } of all()) ask(type, type === "RDS" ? ["a"] : [], { nonce });
  change({ ...whole, CDS: { new: "1" }, RDS: { a: "2" } });
  const [clusters, routes] = all();
  assert.deepEqual(namesOf(clusters), ["new", "old"]);
  ask("CDS", [], { nonce: clusters?.nonce });
  assert.deepEqual(all(), []);
  ask("RDS", ["a"], { nonce: routes?.nonce });
  assert.deepEqual(all().map(brief), ["CDS new"]);
});

test("rule 8: a cluster that leaves stays when the client refuses the routes", () => {
  const { ask, all, change } = scriptSession({ ...whole, CDS: { old: "1" } });
  ask("CDS", [], { userAgent: envoy });
  ask("RDS", ["a"]);
  for (const { type, nonce } of all()) ask(type, type === "RDS" ? ["a"] : [], { nonce });
  change({ ...whole, CDS: { new: "1" }, RDS: { a: "2" } });
  for (const { type, nonce } of all()) {
    if (type === "CDS") ask("CDS", [], { nonce });
    else ask("RDS", ["a"], { nonce, error: "bad" });
  }
  assert.deepEqual(all(), []);
});

test("rule 8: a cluster that leaves stays with a client that names it, until it no longer does", () => {
  const { ask, all, change } = scriptSession({ ...whole, CDS: { old: "1" } });
  ask("CDS", ["old"]);
  ask("RDS", ["a"]);
  for (const { type, nonce } of all()) ask(type, type === "RDS" ? ["a"] : ["old"], { nonce });
  change({ ...whole, CDS: { new: "1" }, RDS: { a: "2" } });
  const [routes] = all();
  assert.equal(routes?.type, "RDS");
  ask("RDS", ["a"], { nonce: routes?.nonce });
  ask("CDS", ["old", "new"], { nonce: "1" });
  const [both] = all();
  assert.deepEqual(namesOf(both), ["new", "old"]);
  ask("CDS", ["new"], { nonce: both?.nonce });
  assert.deepEqual(all(), []);
  ask("CDS", ["new", "old"], { nonce: both?.nonce });
  assert.deepEqual(all().map(brief), ["CDS new"]);
});

test("rule 8: without routes on the stream a cluster that leaves is deleted at once", () => {
  const { ask, all, change } = scriptSession({ CDS: { old: "1" } });
  ask("CDS", ["old"]);
  for (const { nonce } of all()) ask("CDS", ["old"], { nonce });
  change({ CDS: {} });
  assert.deepEqual(all().map(brief), ["CDS "]);
});
