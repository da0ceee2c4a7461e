import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { status } from "@grpc/grpc-js";
import { DiscoveryRequest, type DiscoveryResponse } from "@hey/proto/xds";
import { typeUrls } from "../resources/resource-type.ts";
import { startAds } from "../testing/ads-script.ts";
import { requestOf, snapshotOf } from "../testing/session-script.ts";

const whole = { CDS: { a: "1" }, EDS: { a: "1" }, LDS: { a: "1" }, RDS: { a: "1" } };

// Names in capitals at the beginning are those of go-control-plane's tests for the same thing.

test("AggregatedHandlers: one stream carries all types, in the order in which they can be used", async () => {
  await using ads = await startAds();
  const stream = ads.open();
  for (const type of ["RDS", "LDS", "EDS", "CDS"] as const) stream.send(requestOf(type, ["a"]));
  await ads.until((events) => events.filter((event) => event === "subscribed").length === 4);
  ads.snapshots.set(snapshotOf(whole));
  const types: string[] = [];
  for (let count = 0; count < 4; count++) types.push((await stream.next()).typeUrl);
  assert.deepEqual(types, [typeUrls.CDS, typeUrls.EDS, typeUrls.LDS, typeUrls.RDS]);
});

test("a response carries the resources under their type, a version, a nonce and who answers", async () => {
  await using ads = await startAds(snapshotOf(whole));
  const stream = ads.open();
  stream.send(requestOf("EDS", ["a"]));
  const response = await stream.next();
  assert.deepEqual(
    response.resources.map(({ typeUrl, value }) => [typeUrl, value.toString()]),
    [[typeUrls.EDS, "1"]],
  );
  assert.match(response.versionInfo, /^[0-9a-f]{16}$/);
  assert.equal(response.nonce, "1");
  assert.equal(response.controlPlane?.identifier, "hey-control-plane");
});

test("AggregateRequestType: a request without a type ends the stream with INVALID_ARGUMENT", async () => {
  await using ads = await startAds(snapshotOf(whole));
  const stream = ads.open();
  stream.send(DiscoveryRequest.fromPartial({ resourceNames: ["a"] }));
  const { code, details } = await stream.ended;
  assert.equal(code, status.INVALID_ARGUMENT);
  assert.match(details, /type_url/);
});

test("a request with too many names ends the stream with RESOURCE_EXHAUSTED", async () => {
  await using ads = await startAds(snapshotOf(whole));
  const stream = ads.open();
  stream.send(
    requestOf(
      "EDS",
      Array.from({ length: 10_001 }, (_, index) => `n${index}`),
    ),
  );
  assert.equal((await stream.ended).code, status.RESOURCE_EXHAUSTED);
});

test("more streams than there may be are refused, until one ends", async () => {
  await using ads = await startAds(snapshotOf(whole), undefined, {}, { streams: 2, names: 1_000 });
  const [first, second] = [ads.open(), ads.open()];
  for (const stream of [first, second]) {
    stream.send(requestOf("LDS", ["a"]));
    await stream.next();
  }
  const { code, details } = await ads.open().ended;
  assert.deepEqual([code, details], [status.RESOURCE_EXHAUSTED, "expected at most 2 streams at a time, got one more"]);
  first.call.cancel();
  await ads.until((events) => events.includes("closed"));
  const third = ads.open();
  third.send(requestOf("LDS", ["a"]));
  await third.next();
});

test("clients may not ask for more names together than there may be; those of a stream that ended are given back", async () => {
  await using ads = await startAds(snapshotOf(whole), undefined, {}, { streams: 10, names: 3 });
  const first = ads.open();
  first.send(requestOf("LDS", ["a", "x"]));
  await first.next();
  const greedy = ads.open();
  greedy.send(requestOf("EDS", ["x", "y"]));
  assert.equal((await greedy.ended).code, status.RESOURCE_EXHAUSTED);
  first.call.cancel();
  await ads.until((events) => events.includes("closed"));
  const second = ads.open();
  second.send(requestOf("LDS", ["a", "x", "y"]));
  await second.next();
});

test("what a client has accepted is told as it accepts it", async () => {
  await using ads = await startAds(snapshotOf(whole));
  const stream = ads.open();
  stream.send(requestOf("LDS", ["a"]));
  const { nonce, versionInfo } = await stream.next();
  stream.send(requestOf("LDS", ["a"], { nonce }));
  for await (const [client] of ads.clients.watch(AbortSignal.timeout(5_000))) {
    if (client?.types[0]?.ackedVersion === versionInfo) return;
  }
});

test("a name longer than any service's ends the stream with INVALID_ARGUMENT", async () => {
  await using ads = await startAds(snapshotOf(whole));
  const stream = ads.open();
  stream.send(requestOf("EDS", ["n".repeat(513)]));
  assert.equal((await stream.ended).code, status.INVALID_ARGUMENT);
});

test("AvertPanicForWatchOnNonExistentSnapshot: a request before there is any snapshot waits for the first", async () => {
  await using ads = await startAds();
  const stream = ads.open();
  stream.send(requestOf("LDS", ["a"]));
  await ads.until((events) => events.includes("subscribed"));
  assert.deepEqual(ads.events, ["opened", "subscribed"]);
  ads.snapshots.set(snapshotOf(whole));
  assert.equal((await stream.next()).typeUrl, typeUrls.LDS);
});

test("SnapshotClear: when nothing is known any more nobody is told, and a request waits until something is", async () => {
  await using ads = await startAds(snapshotOf(whole));
  const stream = ads.open();
  stream.send(requestOf("EDS", ["a"]));
  const { nonce } = await stream.next();
  ads.snapshots.set(undefined);
  stream.send(requestOf("EDS", ["a"], { nonce }));
  stream.send(requestOf("LDS", ["a"]));
  await ads.until((events) => events.includes("acked") && events.at(-1) === "subscribed");
  assert.deepEqual(ads.events, ["opened", "subscribed", "EDS a", "acked", "subscribed"]);
  ads.snapshots.set(snapshotOf(whole));
  assert.equal((await stream.next()).typeUrl, typeUrls.LDS);
});

for (const told of ["received", "pushed"] as const) {
  test(`CallbackError: an observer that fails when told of ${told} ends the stream, and nothing is left of it`, async () => {
    const fail = () => assert.fail("a mistake of the observer's");
    await using ads = await startAds(snapshotOf(whole), undefined, { [told]: fail });
    const stream = ads.open();
    stream.send(requestOf("EDS", ["a"]));
    stream.call.resume();
    assert.equal((await stream.ended).code, status.INTERNAL);
    assert.equal(ads.clients.value.length, 0);
  });
}

test("Cancellations: nothing is left of a stream whose client is gone", async () => {
  await using ads = await startAds(snapshotOf(whole));
  const stream = ads.open();
  stream.send(requestOf("EDS", ["a"]));
  await stream.next();
  assert.equal(ads.clients.value.length, 1);
  stream.call.cancel();
  await ads.until((events) => events.includes("closed"));
  assert.equal(ads.clients.value.length, 0);
});

test("a client that says it has no more requests is let go with OK", async () => {
  await using ads = await startAds(snapshotOf(whole));
  const stream = ads.open();
  stream.send(requestOf("EDS", ["a"]));
  await stream.next();
  stream.call.end();
  stream.call.resume();
  assert.equal((await stream.ended).code, status.OK);
  assert.equal(ads.clients.value.length, 0);
});

test("ServerShutdown: a control plane that stops ends its streams with UNAVAILABLE", async () => {
  await using ads = await startAds(snapshotOf(whole));
  const stream = ads.open();
  stream.send(requestOf("EDS", ["a"]));
  await stream.next();
  const stopped = ads.server[Symbol.asyncDispose]();
  stream.call.resume();
  assert.equal((await stream.ended).code, status.UNAVAILABLE);
  await stopped;
  assert.equal(ads.clients.value.length, 0);
});

test("rule 12: a stream is not ended for housekeeping: nothing asked, nothing changed, and it is still there", async () => {
  await using ads = await startAds(snapshotOf(whole));
  const stream = ads.open();
  stream.send(requestOf("EDS", ["a"]));
  const { nonce } = await stream.next();
  stream.send(requestOf("EDS", [], { nonce }));
  await ads.until((events) => events.includes("acked"));
  stream.send(requestOf("EDS", ["a"], { nonce }));
  assert.deepEqual((await stream.next()).resources.length, 1);
});

test("ConcurrentSetWatch: streams that come while snapshots change all end up with the newest", async () => {
  await using ads = await startAds();
  const newest = snapshotOf({ EDS: { a: "99" } });
  const streams = Array.from({ length: 20 }, () => ads.open());
  const done = Promise.all(
    streams.map(async (stream) => {
      stream.send(requestOf("EDS", ["a"]));
      for (;;) {
        const { nonce, resources } = await stream.next();
        stream.send(requestOf("EDS", ["a"], { nonce }));
        if (resources[0]?.value.toString() === "99") return;
      }
    }),
  );
  for (let content = 0; content < 99; content++) {
    ads.snapshots.set(snapshotOf({ EDS: { a: String(content) } }));
    await setImmediate();
  }
  ads.snapshots.set(newest);
  await done;
});

test("WatchTimeout: a client that does not answer is sent nothing more, then the newest, and holds back nobody", async () => {
  await using ads = await startAds(snapshotOf({ EDS: { a: "0" } }));
  const slow = ads.open();
  slow.send(requestOf("EDS", ["a"]));
  const { nonce } = await slow.next();
  const fast = ads.open();
  fast.send(requestOf("EDS", ["a"]));
  let last: DiscoveryResponse = await fast.next();
  for (let content = 1; content <= 50; content++) {
    ads.snapshots.set(snapshotOf({ EDS: { a: String(content) } }));
    fast.send(requestOf("EDS", ["a"], { nonce: last.nonce }));
    last = await fast.next();
    assert.equal(last.resources[0]?.value.toString(), String(content));
  }
  slow.send(requestOf("EDS", ["a"], { nonce }));
  const next = await slow.next();
  assert.equal(next.resources[0]?.value.toString(), "50");
  assert.equal(next.nonce, "2");
});

test("SendError: a client that stops reading is sent no more than its window holds, whatever it asks and answers", async () => {
  // Asks for another of two large resources again and again, with the nonces it can foresee, and reads none of it.
  const large = "x".repeat(200_000);
  await using ads = await startAds(snapshotOf({ EDS: { a: large, b: large } }));
  const stream = ads.open();
  stream.send(requestOf("EDS", ["a"]));
  const pushes = () => ads.events.filter((event) => event.startsWith("EDS")).length;
  await ads.until(() => pushes() === 1);
  for (let nonce = 1; nonce <= 200; nonce++) {
    stream.send(requestOf("EDS", [nonce % 2 === 0 ? "a" : "b"], { nonce: String(nonce) }));
  }
  await ads.until((events) => events.filter((event) => /^(acked|stale|subscribed)$/.test(event)).length === 201);
  // grpc-js's client takes some 4 MB off the wire before anybody reads.
  assert.ok(pushes() < 50, `${pushes()} responses of 200 kB were made for a client that read none`);
});
