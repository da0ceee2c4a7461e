import assert from "node:assert/strict";
import { test } from "node:test";
import { brief, namesOf, scriptSession } from "../testing/session-script.ts";

// What go-control-plane's own tests ask of a server, under the names they have there, for the ones that a session can
// answer without a stream; ads.test.ts has those that need one. What the rules of session.test.ts say already
// is not repeated.

const whole = { CDS: { a: "1" }, EDS: { a: "1" }, LDS: { a: "1" }, RDS: { a: "1" } };

test("ResponseHandlers: each type's request is answered, with a version and a nonce", () => {
  for (const type of ["CDS", "EDS", "LDS", "RDS"] as const) {
    const { ask, next } = scriptSession(whole);
    ask(type, ["a"]);
    const response = next();
    assert.equal(response?.type, type);
    assert.match(response?.version ?? "", /^[0-9a-f]{16}$/);
    assert.notEqual(response?.nonce, "");
    assert.deepEqual(namesOf(response), ["a"]);
  }
});

test("StaleNonce: a stale request is dropped, and a fresh one after it is served", () => {
  const { ask, next, change } = scriptSession(whole);
  ask("EDS", ["a"]);
  const { nonce } = next() ?? {};
  assert.equal(ask("EDS", ["a"], { nonce: "no such nonce" }).kind, "stale");
  assert.equal(ask("EDS", ["a"], { nonce }).kind, "acked");
  change({ EDS: { a: "2" } });
  assert.deepEqual(namesOf(next()), ["a"]);
});

test("DropStaleResponseAfterUnsubscribe: what is due but not yet sent is not sent once nobody wants it", () => {
  const { ask, next, change } = scriptSession(whole);
  ask("CDS", ["a"]);
  const { nonce } = next() ?? {};
  change({ CDS: { a: "2" } });
  ask("CDS", ["a", "b"], { nonce });
  ask("CDS", [], { nonce });
  assert.equal(next(), undefined);
});

test("OpaqueRequestsChannelMuxing: of several requests before an answer, the last one counts", () => {
  const { ask, next } = scriptSession({ EDS: { a: "1", b: "1", c: "1" } });
  ask("EDS", ["a"]);
  ask("EDS", ["a", "b"]);
  ask("EDS", ["c"]);
  assert.deepEqual(namesOf(next()), ["c"]);
  assert.equal(next(), undefined);
});

test("SotwSubscriptions: explicit wildcard, with names, and back to none is not everything", () => {
  const { ask, next } = scriptSession({ CDS: { a: "1", b: "1" } });
  ask("CDS", ["*"]);
  const first = next();
  assert.deepEqual(namesOf(first), ["a", "b"]);
  ask("CDS", ["*", "a"], { nonce: first?.nonce });
  const second = next();
  assert.deepEqual(namesOf(second), ["a", "b"], "a name that is new is answered, though the client has it");
  ask("CDS", ["a"], { nonce: second?.nonce });
  assert.equal(next(), undefined);
  ask("CDS", [], { nonce: second?.nonce });
  assert.equal(next(), undefined);
  ask("CDS", ["*"], { nonce: second?.nonce });
  assert.deepEqual(namesOf(next()), ["a", "b"]);
});

test("SotwSubscriptions: from everything without a name to names", () => {
  const { ask, next, change } = scriptSession({ LDS: { a: "1", b: "1" } });
  ask("LDS", []);
  const first = next();
  assert.deepEqual(namesOf(first), ["a", "b"]);
  ask("LDS", [], { nonce: first?.nonce });
  ask("LDS", ["a"], { nonce: first?.nonce });
  const second = next();
  assert.deepEqual(namesOf(second), ["a"]);
  ask("LDS", ["a"], { nonce: second?.nonce });
  change({ LDS: { a: "1", b: "2" } });
  assert.equal(next(), undefined);
});

test("DeactivatedLegacyWildcard: a gRPC client's empty list means none, for listeners and clusters alike", () => {
  for (const type of ["LDS", "CDS"] as const) {
    const { ask, next } = scriptSession(whole);
    ask(type, [], { userAgent: "gRPC C-core" });
    assert.equal(next(), undefined);
    ask(type, ["a"]);
    assert.deepEqual(namesOf(next()), ["a"]);
  }
});

test("SnapshotCacheWatch: only the type that changed is sent, and the same version sends nothing", () => {
  const { ask, all, change } = scriptSession(whole);
  for (const type of ["CDS", "EDS", "LDS", "RDS"] as const) ask(type, ["a"]);
  for (const { type, nonce } of all()) ask(type, ["a"], { nonce });
  change(whole);
  assert.deepEqual(all(), []);
  change({ ...whole, EDS: { a: "2" } });
  assert.deepEqual(all().map(brief), ["EDS a"]);
});

test("ResourcePreviouslyNotRequested: a newly named resource is sent although nothing changed", () => {
  const { ask, next } = scriptSession({ EDS: { a: "1", b: "1" } });
  ask("EDS", ["a"]);
  const first = next();
  ask("EDS", ["a", "b"], { nonce: first?.nonce });
  const second = next();
  assert.deepEqual(namesOf(second), ["b"]);
});

test("LinearSotwNonWildcard: a change of what the client did not name is not sent", () => {
  for (const type of ["CDS", "EDS"] as const) {
    const { ask, next, change } = scriptSession({ [type]: { a: "1", b: "1" } });
    ask(type, ["a"]);
    ask(type, ["a"], { nonce: next()?.nonce });
    change({ [type]: { a: "1", b: "2" } });
    assert.equal(next(), undefined);
  }
});

test("LinearDeletion: a deleted listener is told, comes back when it is there again, and a deleted assignment is not told", () => {
  const { ask, next, change } = scriptSession({ LDS: { a: "1" }, EDS: { a: "1" } });
  ask("LDS", ["a"]);
  ask("LDS", ["a"], { nonce: next()?.nonce });
  ask("EDS", ["a"]);
  ask("EDS", ["a"], { nonce: next()?.nonce });
  change({});
  const deletion = next();
  assert.deepEqual([deletion?.type, namesOf(deletion)], ["LDS", []]);
  ask("LDS", ["a"], { nonce: deletion?.nonce });
  assert.equal(next(), undefined);
  change({ LDS: { a: "1" } });
  assert.deepEqual(namesOf(next()), ["a"]);
});

test("two clients with different subscriptions are each sent their own", () => {
  const one = scriptSession({ EDS: { a: "1", b: "1" } });
  const other = scriptSession({ EDS: { a: "1", b: "1" } });
  one.ask("EDS", ["a"]);
  other.ask("EDS", ["b"]);
  assert.deepEqual(namesOf(one.next()), ["a"]);
  assert.deepEqual(namesOf(other.next()), ["b"]);
});

test("a client that moves between control planes which know the same is sent what it has, once, and then nothing", () => {
  // A new stream is answered in full (rule 2): what a client still has of a version, no server can know. So each move costs
  // one response a type, which changes nothing, for it has the versions and the bytes that the client has.
  const everyType = ["CDS", "EDS", "LDS", "RDS"] as const;
  const first = scriptSession(whole);
  for (const type of everyType) first.ask(type, ["a"]);
  const had = first.all();
  const versions = new Map(had.map(({ type, version }) => [type, version]));
  for (const { ask, all, change } of [scriptSession(whole), scriptSession(whole)]) {
    // From another order in which it was learnt, too.
    change({ RDS: { a: "1" }, LDS: { a: "1" }, EDS: { a: "1" }, CDS: { a: "1" } });
    for (const type of everyType) ask(type, ["a"], { version: versions.get(type) ?? "" });
    const sent = all();
    const contents = (responses: typeof had) =>
      responses.map(({ type, version, resources }) => [type, version, resources]);
    assert.deepEqual(contents(sent), contents(had));
    for (const { type, version, nonce } of sent) ask(type, ["a"], { version, nonce });
    assert.deepEqual(all(), []);
  }
});
