import assert from "node:assert/strict";
import { test } from "node:test";
import { ClusterStats } from "@hey/proto/xds";
import { createCallCounts } from "./call-counts.ts";

interface Calls {
  readonly ok?: bigint;
  readonly failed?: bigint;
  readonly inFlight?: bigint;
}

/** A report on one cluster: calls by zone. */
function report(clusterName: string, zones: Readonly<Record<string, Calls>>, dropped = 0n): ClusterStats {
  return ClusterStats.fromPartial({
    clusterName,
    totalDroppedRequests: dropped,
    upstreamLocalityStats: Object.entries(zones).map(([zone, { ok = 0n, failed = 0n, inFlight = 0n }]) => ({
      locality: { zone },
      totalSuccessfulRequests: ok,
      totalErrorRequests: failed,
      totalRequestsInProgress: inFlight,
    })),
  });
}

test("calls add up by cluster and locality, and those in flight are the newest", () => {
  const counts = createCallCounts({ left: 100 });
  counts.add([report("b", { z: { ok: 1n } }), report("a", { y: { ok: 2n, failed: 1n, inFlight: 5n }, x: {} }, 3n)]);
  const { counted, leftOut } = counts.add([report("a", { y: { ok: 40n, inFlight: 4n } }, 2n)]);
  assert.equal(leftOut, 0);
  assert.deepEqual(counted, [
    { cluster: "a", dropped: 2 },
    { cluster: "a", zone: "y", succeeded: 40, failed: 0 },
  ]);
  assert.deepEqual(counts.read(), [
    {
      cluster: "a",
      dropped: 5,
      localities: [
        { zone: "x", subZone: "", succeeded: 0, failed: 0, inFlight: 0 },
        { zone: "y", subZone: "", succeeded: 42, failed: 1, inFlight: 4 },
      ],
    },
    { cluster: "b", dropped: 0, localities: [{ zone: "z", subZone: "", succeeded: 1, failed: 0, inFlight: 0 }] },
  ]);
});

test("what has no locality, no name or too long a name: the first is counted, the others are left out", () => {
  const counts = createCallCounts({ left: 100 });
  const nowhere = ClusterStats.fromPartial({
    clusterName: "a",
    upstreamLocalityStats: [{ totalSuccessfulRequests: 1n }],
  });
  assert.equal(counts.add([nowhere]).leftOut, 0);
  assert.equal(counts.add([report("", { x: {}, y: {} })]).leftOut, 3, "the cluster and both localities");
  assert.equal(counts.add([report("x".repeat(513), { x: {} })]).leftOut, 2);
  assert.equal(counts.add([report("a", { ["z".repeat(513)]: {}, x: {} })]).leftOut, 1);
  assert.deepEqual(
    counts.read().map(({ cluster, localities }) => [cluster, localities.map(({ zone }) => zone)]),
    [["a", ["", "x"]]],
  );
});

test("the largest numbers there are neither overflow nor stop the count", () => {
  const counts = createCallCounts({ left: 100 });
  const most = 2n ** 64n - 1n;
  for (let times = 0; times < 2; times++)
    counts.add([report("a", { x: { ok: most, failed: 1n, inFlight: most } }, most)]);
  const safe = Number.MAX_SAFE_INTEGER;
  assert.deepEqual(counts.read()[0], {
    cluster: "a",
    dropped: safe,
    localities: [{ zone: "x", subZone: "", succeeded: safe, failed: 2, inFlight: safe }],
  });
});

test("one client is remembered up to its limit, and what was there before goes on", () => {
  const room = { left: 10_000 };
  const counts = createCallCounts(room);
  const many = Array.from({ length: 700 }, (_, index) => report(`c${index}`, { x: { ok: 1n } }));
  assert.equal(counts.add(many).leftOut, 400, "500 clusters with a locality each are a thousand");
  assert.equal(room.left, 9_000);
  assert.equal(counts.add(many).counted.length, 500);
  assert.equal(counts.read().find(({ cluster }) => cluster === "c1")?.localities[0]?.succeeded, 2);
});

test("all clients together have a limit, and one that goes makes room", () => {
  const room = { left: 3 };
  const [first, second] = [createCallCounts(room), createCallCounts(room)];
  assert.equal(first.add([report("a", { x: {} })]).leftOut, 0);
  assert.equal(second.add([report("a", { x: {} })]).leftOut, 1);
  first.forget();
  assert.deepEqual(first.read(), []);
  assert.equal(second.add([report("a", { x: {} })]).leftOut, 0);
  assert.equal(first.add([report("a", { x: {} })]).leftOut, 2, "what is forgotten takes no room again");
  second.forget();
  assert.equal(room.left, 3);
});
