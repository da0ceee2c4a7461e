import assert from "node:assert/strict";
import { test } from "node:test";
import { DiscoveryRequest } from "@hey/proto/xds";
import { namesOf, requestOf, scriptSession, snapshotOf, type World } from "../testing/session-script.ts";
import { createSession } from "./session.ts";

// The rules of a state-of-the-world ADS stream that belong to its session, by their numbers in the package's README.

const whole: World = { CDS: { a: "1" }, EDS: { a: "1" }, LDS: { a: "1" }, RDS: { a: "1" } };
const envoy = "envoy";

test("rule 1: each type has its own nonce, subscription and last-sent content", () => {
  const { ask, next } = scriptSession(whole);
  ask("LDS", ["a"]);
  const listeners = next();
  ask("CDS", ["a"]);
  const clusters = next();
  assert.equal(listeners?.type, "LDS");
  assert.equal(clusters?.type, "CDS");
  assert.notEqual(listeners?.nonce, clusters?.nonce);
  assert.equal(ask("CDS", ["a"], { nonce: clusters?.nonce }).kind, "acked");
  assert.equal(ask("LDS", ["a"], { nonce: clusters?.nonce }).kind, "stale");
  assert.equal(ask("LDS", ["a"], { nonce: listeners?.nonce }).kind, "acked");
});

test("rule 2: a first request is answered in full, whatever version it says it has from another stream", () => {
  const first = scriptSession(whole);
  first.ask("CDS", ["a"]);
  const { version = "" } = first.next() ?? {};
  const second = scriptSession(whole);
  second.ask("CDS", ["a"], { version });
  assert.deepEqual(namesOf(second.next()), ["a"]);
});

test("rule 3: a request with another nonce than the last is ignored, and the answer that follows brings its names", () => {
  const { ask, next, change } = scriptSession({ EDS: { a: "1", b: "1" } });
  ask("EDS", ["a"]);
  const first = next();
  ask("EDS", ["a"], { nonce: first?.nonce });
  change({ EDS: { a: "2", b: "1" } });
  const second = next();
  assert.deepEqual(namesOf(second), ["a"]);
  assert.equal(ask("EDS", ["a", "b"], { nonce: first?.nonce }).kind, "stale");
  assert.equal(next(), undefined);
  assert.equal(ask("EDS", ["a", "b"], { nonce: second?.nonce }).kind, "acked");
  assert.deepEqual(namesOf(next()), ["b"]);
});

test("rule 3: what a stale request lets go of is sent again if the answer that follows wants it after all", () => {
  const { ask, next, change } = scriptSession({ EDS: { a: "1", b: "1" } });
  ask("EDS", ["a", "b"]);
  const first = next();
  ask("EDS", ["a", "b"], { nonce: first?.nonce });
  change({ EDS: { a: "1", b: "2" } });
  const second = next();
  assert.deepEqual(namesOf(second), ["b"]);
  ask("EDS", ["b"], { nonce: first?.nonce });
  ask("EDS", ["a", "b"], { nonce: second?.nonce });
  assert.deepEqual(namesOf(next()), ["a"]);
});

test("rule 4: a NACK is an error_detail, even with the new version, which partly good responses are answered with", () => {
  const { ask, next } = scriptSession(whole);
  ask("CDS", ["a"]);
  const { nonce, version = "" } = next() ?? {};
  const receipt = ask("CDS", ["a"], { nonce, version, error: "resource index 0: bad" });
  assert.deepEqual(receipt, { kind: "nacked", type: "CDS", version, words: "resource index 0: bad" });
});

test("rule 4: a request without an error_detail is an ACK, even with the old version", () => {
  const { ask, next } = scriptSession(whole);
  ask("CDS", ["a"]);
  assert.equal(ask("CDS", ["a"], { nonce: next()?.nonce, version: "old" }).kind, "acked");
});

test("rule 4: an error that is repeated with its nonce is settled once, but its names count", () => {
  const { ask, next } = scriptSession({ CDS: { a: "1", b: "1" } });
  ask("CDS", ["a"]);
  const { nonce } = next() ?? {};
  assert.equal(ask("CDS", ["a"], { nonce, error: "bad" }).kind, "nacked");
  assert.equal(ask("CDS", ["a", "b"], { nonce, error: "bad" }).kind, "subscribed");
  assert.deepEqual(namesOf(next()), ["a", "b"]);
});

test("rule 4: what is accepted after it was refused is refused no longer", () => {
  const { ask, next, change, session } = scriptSession({ CDS: { a: "bad" } });
  ask("CDS", ["a"]);
  ask("CDS", ["a"], { nonce: next()?.nonce, error: "bad" });
  assert.equal(session.status()[0]?.nack, "bad");
  change({ CDS: { a: "good" } });
  const { nonce, version } = next() ?? {};
  ask("CDS", ["a"], { nonce });
  assert.deepEqual([session.status()[0]?.nack, session.status()[0]?.ackedVersion], ["", version]);
});

test("rule 4: what was refused is not sent again until it changes", () => {
  const { ask, next, change } = scriptSession({ CDS: { a: "bad" } });
  ask("CDS", ["a"]);
  ask("CDS", ["a"], { nonce: next()?.nonce, error: "bad" });
  assert.equal(next(), undefined);
  change({ CDS: { a: "good" } });
  assert.deepEqual(namesOf(next()), ["a"]);
});

test("rule 5: nothing is sent when neither names nor content changed", () => {
  const { ask, next, change } = scriptSession(whole);
  ask("EDS", ["a"]);
  ask("EDS", ["a"], { nonce: next()?.nonce });
  change({ ...whole, LDS: { a: "2" } });
  assert.equal(next(), undefined);
});

test("rule 5: a resource that was let go of and is wanted again is sent again, although it is the same", () => {
  for (const type of ["EDS", "CDS"] as const) {
    const { ask, next } = scriptSession({ [type]: { a: "1", b: "1" } });
    ask(type, ["a", "b"]);
    const { nonce } = next() ?? {};
    ask(type, ["a", "b"], { nonce });
    ask(type, ["b"], { nonce });
    assert.equal(next(), undefined, `${type}: wanting less is no reason to send`);
    ask(type, ["a", "b"], { nonce });
    assert.ok(namesOf(next())?.includes("a"), type);
  }
});

test("rule 6: a response of listeners or clusters lists all that are wanted, so that what is left out is deleted", () => {
  const { ask, next, change } = scriptSession({ LDS: { a: "1", b: "1" } });
  ask("LDS", ["a", "b"]);
  ask("LDS", ["a", "b"], { nonce: next()?.nonce });
  change({ LDS: { a: "2", b: "1" } });
  const second = next();
  assert.deepEqual(namesOf(second), ["a", "b"]);
  ask("LDS", ["a", "b"], { nonce: second?.nonce });
  change({ LDS: { b: "1" } });
  assert.deepEqual(namesOf(next()), ["b"]);
});

test("rule 6: a response of endpoints or routes holds what changed, and what is gone is not told", () => {
  const { ask, next, change } = scriptSession({ EDS: { a: "1", b: "1" } });
  ask("EDS", ["a", "b"]);
  ask("EDS", ["a", "b"], { nonce: next()?.nonce });
  change({ EDS: { a: "2", b: "1" } });
  const second = next();
  assert.deepEqual(namesOf(second), ["a"]);
  ask("EDS", ["a", "b"], { nonce: second?.nonce });
  change({ EDS: { b: "1" } });
  assert.equal(next(), undefined);
});

test("rule 6: a listener that is not there is answered all the same, without it", () => {
  const { ask, next } = scriptSession({});
  ask("LDS", ["nobody"]);
  assert.deepEqual(namesOf(next()), []);
  assert.equal(next(), undefined);
});

test("rule 6: endpoints that are not there are not answered", () => {
  const { ask, next } = scriptSession({});
  ask("EDS", ["nobody"]);
  assert.equal(next(), undefined);
});

test("rule 7: an empty list of names means everything only as long as no name was ever given on the stream", () => {
  const { ask, next } = scriptSession({ CDS: { a: "1", b: "1" } });
  ask("CDS", [], { userAgent: envoy });
  const first = next();
  assert.deepEqual(namesOf(first), ["a", "b"]);
  ask("CDS", ["a"], { nonce: first?.nonce });
  ask("CDS", [], { nonce: first?.nonce });
  assert.equal(next(), undefined);
});

test("rule 7: an empty list of endpoints or routes means none", () => {
  const { ask, next } = scriptSession(whole);
  ask("EDS", [], { userAgent: envoy });
  ask("RDS", []);
  assert.equal(next(), undefined);
});

test("rule 7: an empty list from a gRPC client never means everything", () => {
  const { ask, next } = scriptSession(whole);
  ask("LDS", [], { userAgent: "gRPC Node Pure JS" });
  ask("CDS", []);
  assert.equal(next(), undefined);
});

test("rule 7: * means everything, beside names too", () => {
  const { ask, next } = scriptSession({ LDS: { a: "1", b: "1" } });
  ask("LDS", ["*", "missing"], { userAgent: "gRPC Go" });
  assert.deepEqual(namesOf(next()), ["a", "b"]);
});

test("rule 9: who asks is said on the first request only and remembered", () => {
  const session = createSession();
  session.receive(requestOf("LDS", ["a"], { userAgent: "gRPC Go" }));
  const other = requestOf("CDS", [], { userAgent: "envoy" });
  session.receive({ ...other, node: other.node && { ...other.node, id: "other" } });
  assert.equal(session.nodeId, "n");
  // To envoy no names would have been all clusters, which come first.
  assert.equal(session.next(snapshotOf({ CDS: { a: "1" } }))?.type, "LDS");
});

test("rule 9: a type that is not served is ignored, and the stream goes on", () => {
  const session = createSession();
  const typeUrl = "type.googleapis.com/envoy.service.runtime.v3.Runtime";
  const receipt = session.receive(DiscoveryRequest.fromPartial({ typeUrl, resourceNames: ["a"] }));
  assert.deepEqual(receipt, { kind: "unknown-type", typeUrl });
  assert.equal(session.next(snapshotOf(whole)), undefined);
  session.receive(requestOf("LDS", ["a"]));
  assert.deepEqual(namesOf(session.next(snapshotOf(whole))), ["a"]);
});

test("rule 10: one response of a type is unanswered at a time, and the newest state wins", () => {
  const { ask, next, change } = scriptSession({ EDS: { a: "1" } });
  ask("EDS", ["a"]);
  const first = next();
  for (const content of ["2", "3", "4"]) {
    change({ EDS: { a: content } });
    assert.equal(next(), undefined);
  }
  ask("EDS", ["a"], { nonce: first?.nonce });
  const second = next();
  assert.equal(second?.resources[0]?.version, snapshotOf({ EDS: { a: "4" } }).resources.EDS.get("a")?.version);
  assert.equal(next(), undefined);
});

test("rule 11: the version is the hash of what the client then has, so that another stream agrees", () => {
  const one = scriptSession({ EDS: { a: "1", b: "1" } });
  one.ask("EDS", ["a", "b"]);
  const first = one.next();
  one.ask("EDS", ["a", "b"], { nonce: first?.nonce });
  one.change({ EDS: { a: "1", b: "2" } });
  const partial = one.next();
  const other = scriptSession({ EDS: { b: "2", a: "1" } });
  other.ask("EDS", ["b", "a"]);
  assert.deepEqual(namesOf(partial), ["b"]);
  assert.equal(partial?.version, other.next()?.version);
  assert.notEqual(partial?.version, first?.version);
});

test("status says what was sent, accepted and refused", () => {
  const { ask, next, change, session } = scriptSession({ LDS: { a: "1" } });
  ask("LDS", ["a"]);
  const first = next();
  ask("LDS", ["a"], { nonce: first?.nonce });
  change({ LDS: { a: "2" } });
  const second = next();
  ask("LDS", ["a"], { nonce: second?.nonce, error: "bad" });
  const refused = { sentVersion: second?.version, ackedVersion: first?.version, nack: "bad" };
  assert.deepEqual(session.status(), [{ type: "LDS", names: ["a"], ...refused }]);
});
