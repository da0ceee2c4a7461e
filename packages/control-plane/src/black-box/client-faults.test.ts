import assert from "node:assert/strict";
import { test } from "node:test";
import { status } from "@grpc/grpc-js";
import { HTTPFault } from "@hey/proto/xds";
import { buildCluster } from "../resources/cluster.ts";
import { buildAssignment } from "../resources/endpoint.ts";
import { buildListener } from "../resources/listener.ts";
import { buildRoutes, nameByContent } from "../resources/route.ts";
import {
  fault,
  unnamed,
  withFilter,
  withLimit,
  withOutliers,
  withOverride,
  withStatPrefix,
  withTimeLimit,
} from "../testing/odd-resources.ts";
import { cluster, count, listener, plainRoutes, startResourceWorld } from "../testing/resource-world.ts";
import { everywhere, plainCluster } from "../testing/test-service.ts";
import { bootstrapOf, openChannel, openProcessChannel } from "../testing/xds-world.ts";

// The silent faults of grpc-js-xds 1.14.1 that the control plane is built around, by their numbers in the decisions. Each
// is shown first, so that an upgrade which mends it is noticed; then that what the control plane does mends it.

const dataLoss = fault(status.DATA_LOSS);

test("E6: a call to a listener that is not there hangs until its deadline", async () => {
  await using world = await startResourceWorld({ listeners: [], routes: [], clusters: [], assignments: [] });
  assert.equal(await world.channel.call(500), "DEADLINE_EXCEEDED");
});

test("E1: a change of the listener alone is accepted and not applied", async () => {
  await using world = await startResourceWorld();
  await world.channel.callUntil("one");
  await world.change({ listeners: [withFilter(listener, dataLoss)] }, 1);
  assert.deepEqual(await world.channel.calls(20), { one: 20 });
});

test("E1 mended: routes that are named by their content and the listener's make it apply the listener", async () => {
  await using world = await startResourceWorld({ routes: [nameByContent(plainRoutes, listener)] });
  await world.channel.callUntil("one");
  const listeners = [withFilter(listener, dataLoss)] as const;
  await world.change({ listeners, routes: [nameByContent(plainRoutes, listeners[0])] }, 2);
  await world.channel.callUntil("DATA_LOSS");
});

test("E2: the first override of a filter is accepted and not applied", async () => {
  await using world = await startResourceWorld({ listeners: [withFilter(listener, HTTPFault.fromPartial({}))] });
  await world.channel.callUntil("one");
  await world.change(
    { listeners: [withFilter(listener, HTTPFault.fromPartial({}))], routes: [withOverride(plainRoutes, dataLoss)] },
    1,
  );
  assert.deepEqual(await world.channel.calls(20), { one: 20 });
});

test("E2 mended: routes that are named by their content make it apply the override", async () => {
  const listeners = [withFilter(listener, HTTPFault.fromPartial({}))] as const;
  await using world = await startResourceWorld({ listeners, routes: [nameByContent(plainRoutes, listeners[0])] });
  await world.channel.callUntil("one");
  await world.change({ listeners, routes: [nameByContent(withOverride(plainRoutes, dataLoss), listeners[0])] }, 1);
  await world.channel.callUntil("DATA_LOSS");
});

test("E2: a listener whose bytes go on where the old ones ended is accepted and taken for the old one", async () => {
  const short = withStatPrefix(listener, "same");
  const long = withTimeLimit(short);
  await using world = await startResourceWorld({ listeners: [short], routes: [nameByContent(plainRoutes, short)] });
  await world.channel.callUntil("one");
  await world.change({ listeners: [long], routes: [nameByContent(plainRoutes, long)] }, 2);
  assert.deepEqual(await world.channel.calls(20), { one: 20 });
});

test("E2 mended: a hash near the listener's first byte makes it see the change", async () => {
  const short = withStatPrefix(listener, "hash of the old one");
  const long = withTimeLimit(withStatPrefix(listener, "hash of the new one"));
  await using world = await startResourceWorld({ listeners: [short], routes: [nameByContent(plainRoutes, short)] });
  await world.channel.callUntil("one");
  await world.change({ listeners: [long], routes: [nameByContent(plainRoutes, long)] }, 2);
  await world.channel.callUntil("DEADLINE_EXCEEDED");
});

test("E2: outlier detection that is switched on where there was none is accepted and not applied", async () => {
  const clusters = [{ ...cluster, outlierDetection: undefined }];
  await using world = await startResourceWorld({ clusters }, true);
  await world.channel.callUntil("one");
  await world.change({ clusters: [withOutliers(cluster)] }, 1);
  // Ten intervals of outlier detection, in calls that take some milliseconds.
  for (let round = 0; round < 20; round++)
    await new Promise((resolve) => setTimeout(resolve, 50)).then(() => world.channel.calls(20));
  const after = await world.channel.calls(20);
  assert.equal(after["INTERNAL"], 10);
});

test("E2 mended: outlier detection that was there and off is switched on", async () => {
  await using world = await startResourceWorld({}, true);
  await world.channel.callUntil("one");
  await world.change({ clusters: [withOutliers(cluster)] }, 1);
  for (const endAt = Date.now() + 5_000; ; ) {
    const after = await world.channel.calls(20);
    if (after["INTERNAL"] === undefined) return;
    assert.ok(Date.now() < endAt, "the failing server was never left alone");
  }
});

// What mends it is in unserved.test.ts.
test("E3: a listener that is deleted and comes back as it was stays dead", async () => {
  await using world = await startResourceWorld();
  await world.channel.callUntil("one");
  await world.change({ listeners: [], routes: [], clusters: [], assignments: [] }, 1);
  await world.channel.callUntil("UNAVAILABLE");
  await world.change({}, 1);
  assert.deepEqual(await world.channel.calls(20), { UNAVAILABLE: 20 });
});

test("E4: calls that begin in one tick pass a circuit breaker all together", async () => {
  const clusters = [withLimit(cluster, 2)];
  await using world = await startResourceWorld({ clusters });
  await world.channel.callUntil("one");
  const said = await Promise.all(Array.from({ length: 10 }, () => world.channel.call()));
  assert.deepEqual(
    said,
    Array.from({ length: 10 }, () => "one"),
  );
});

test("E5: each stream that a control plane ends is opened again later than the one before, although it had answered", async () => {
  await using world = await startResourceWorld();
  await world.channel.callUntil("one");
  // The client counts each wait from when it opened the stream before.
  const openedAtMs = [performance.now()];
  for (let round = 1; round <= 3; round++) {
    world.ads.endAll();
    await world.ads.until((events) => count(events, "opened") === round + 1);
    openedAtMs.push(performance.now());
  }
  const gapsMs = openedAtMs.slice(1).map((atMs, index) => atMs - (openedAtMs[index] ?? 0));
  // 1 s, and each further wait 1.6 times the one before, give or take a fifth of that: 1.28 s and 1.638 s at the least. A client
  // that starts afresh after an answer would not wait at all.
  const [, second = 0, third = 0] = gapsMs;
  assert.ok(second > 1_250 && third > 1_600, `the gaps were ${gapsMs.join(", ")} ms`);
});

test("E6 mended: a call to a service without endpoints, which is there and empty, fails at once", async () => {
  await using world = await startResourceWorld({ assignments: [buildAssignment("a", [], plainCluster)] });
  assert.equal(await world.channel.call(), "UNAVAILABLE");
});

// That mesh.yaml takes no such name is in topology-mistakes.test.ts.
test("E11: no call to a name with an odd character is answered, whatever the control plane says of it", async () => {
  const service = "a{b";
  const odd = buildListener(service);
  await using world = await startResourceWorld({
    listeners: [odd],
    routes: [unnamed(buildRoutes({ service, routes: everywhere(), ...plainCluster, listener: odd }))],
    clusters: [buildCluster(service, plainCluster)],
    assignments: [buildAssignment(service, [], plainCluster)],
  });
  using channel = openChannel(world.ads.server.address, `xds:///${service}`);
  assert.equal(await channel.call(), "UNAVAILABLE");
  await world.change({ assignments: [buildAssignment(service, [world.backends[0].address], plainCluster)] }, 1);
  await channel.callUntil("INTERNAL");
  assert.deepEqual(await channel.calls(3), { INTERNAL: 3 });
  assert.equal(world.backends[0].calls, 0);
});

test("E12: the bootstrap that a process had first is the one that it keeps", async () => {
  await using first = await startResourceWorld();
  await using second = await startResourceWorld({ assignments: [buildAssignment("a", [], plainCluster)] });
  const before = process.env["GRPC_XDS_BOOTSTRAP_CONFIG"];
  try {
    for (const { ads } of [first, second]) {
      process.env["GRPC_XDS_BOOTSTRAP_CONFIG"] = bootstrapOf(ads.server.address);
      using channel = openProcessChannel("xds:///a");
      await channel.callUntil("one");
    }
    assert.equal(second.ads.clients.value.length, 0, "another control plane was asked");
  } finally {
    if (before === undefined) delete process.env["GRPC_XDS_BOOTSTRAP_CONFIG"];
    else process.env["GRPC_XDS_BOOTSTRAP_CONFIG"] = before;
  }
});

// What mends it is in unrouted.test.ts.
for (const [what, listeners, still] of [
  ["with whose calls it is through", [listener], ["b"]],
  ["on the way to which a fault aborted a call", [withFilter(listener, dataLoss)], ["a", "b"]],
] as const) {
  test(`E17: of a cluster to which no route leads, ${what}, the client names ${still.join(" and ")}`, async () => {
    await using world = await startResourceWorld({ listeners });
    await world.channel.call();
    const toB = {
      ...unnamed(buildRoutes({ service: "b", routes: everywhere(), ...plainCluster, listener })),
      name: "a",
    };
    const assignments = [buildAssignment("b", [world.backends[1].address], plainCluster)];
    const plain = [withStatPrefix(listener, "without the fault")];
    await world.change(
      { listeners: plain, routes: [toB], clusters: [buildCluster("b", plainCluster)], assignments },
      4,
    );
    await world.channel.callUntil("two");
    const named = () => world.ads.clients.value[0]?.types.find(({ type }) => type === "CDS")?.names.toSorted();
    await world.ads.until(() => JSON.stringify(named()) === JSON.stringify(still));
    assert.deepEqual(await world.channel.calls(20), { two: 20 });
    assert.deepEqual(named(), still);
  });
}

test("a cluster that leaves while calls go on is held until the client has moved to the new one", async () => {
  await using world = await startResourceWorld();
  await world.channel.callUntil("one");
  const calling = world.channel.calls(150);
  const routes = [unnamed(buildRoutes({ service: "b", routes: everywhere(), ...plainCluster, listener }))].map(
    (each) => ({
      ...each,
      name: "a",
    }),
  );
  const assignments = [buildAssignment("b", [world.backends[1].address], plainCluster)];
  await world.change({ routes, clusters: [buildCluster("b", plainCluster)], assignments }, 3);
  await world.channel.callUntil("two");
  const tally = await calling;
  assert.deepEqual(
    Object.keys(tally)
      .sort()
      .filter((each) => each !== "two"),
    ["one"],
  );
});
