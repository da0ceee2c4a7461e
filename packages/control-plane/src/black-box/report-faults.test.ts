import assert from "node:assert/strict";
import { test } from "node:test";
import { LoadReportingService, type LoadStatsRequest, LoadStatsResponse } from "@hey/proto/xds";
import { createLatest } from "@hey/rpc";
import { buildCluster } from "../resources/cluster.ts";
import { buildAssignment } from "../resources/endpoint.ts";
import { buildListener } from "../resources/listener.ts";
import { buildRoutes } from "../resources/route.ts";
import { startAds } from "../testing/ads-script.ts";
import { everywhere, plainCluster } from "../testing/test-service.ts";
import { openChannel, snapshotOfMessages, startBackend } from "../testing/xds-world.ts";

// How grpc-js-xds 1.14.1 reports its calls, where that forces something on lrs/lrs.ts. An upgrade that mends it is noticed.

interface Script {
  /** Put behind the answer's own bytes. */
  readonly more?: Buffer;
  readonly sendAllClusters?: boolean;
  /** Whether a stream ends as soon as it was answered. */
  readonly ends?: boolean;
}

/** A client of one cluster "a", and a server that plays the script to its report streams. */
async function startWorld({ more = Buffer.alloc(0), sendAllClusters = true, ends = false }: Script) {
  const backend = await startBackend("one");
  const requests: LoadStatsRequest[] = [];
  const happened = createLatest({});
  let streams = 0;
  async function* serve(incoming: AsyncIterable<LoadStatsRequest>): AsyncGenerator<LoadStatsResponse> {
    streams += 1;
    happened.set({});
    yield { sendAllClusters, loadReportingInterval: { seconds: 0n, nanos: 50_000_000 } };
    if (ends) return;
    for await (const request of incoming) {
      requests.push(request);
      happened.set({});
    }
  }
  const { streamLoadStats } = LoadReportingService;
  const responseSerialize = (response: LoadStatsResponse) =>
    Buffer.concat([LoadStatsResponse.encode(response).finish(), more]);
  const listener = buildListener("a");
  const ads = await startAds(
    snapshotOfMessages({
      listeners: [listener],
      routes: [buildRoutes({ service: "a", routes: everywhere(), ...plainCluster, listener })],
      clusters: [buildCluster("a", plainCluster)],
      assignments: [buildAssignment("a", [backend.address], plainCluster)],
    }),
    (handlers) => [
      [{ streamLoadStats: { ...streamLoadStats, responseSerialize } }, { streamLoadStats: handlers.bidi(serve) }],
    ],
  );
  const channel = openChannel(ads.server.address, "xds:///a");
  return {
    ads,
    backend,
    channel,
    requests,
    async until(good: (streams: number) => boolean): Promise<void> {
      for await (const _ of happened.watch(AbortSignal.timeout(5_000))) if (good(streams)) return;
      assert.fail(`never came: ${streams} streams, ${requests.length} requests`);
    },
    async [Symbol.asyncDispose]() {
      channel[Symbol.dispose]();
      await ads[Symbol.asyncDispose]();
      await backend[Symbol.asyncDispose]();
    },
  };
}

test("E8: the first cluster of a list is never reported", async () => {
  await using world = await startWorld({ sendAllClusters: false, more: Buffer.from([0x0a, 1, "a".charCodeAt(0)]) });
  await world.channel.calls(5);
  const before = world.requests.length;
  await world.until(() => world.requests.length >= before + 3);
  assert.deepEqual(
    world.requests.flatMap(({ clusterStats }) => clusterStats),
    [],
  );
});

test("a locality is left out of the reports while none of its calls begins or ends, in flight or not", async () => {
  await using world = await startWorld({});
  const began = world.backend.calls;
  void world.channel.call(10_000, { "x-slow": "1" }); // it ends with its server
  await world.until(() => world.requests.some(({ clusterStats }) => clusterStats.length > 0));
  assert.equal(world.backend.calls, began + 1);
  const before = world.requests.length;
  await world.until(() => world.requests.length >= before + 3);
  assert.deepEqual(
    world.requests.slice(before, before + 3).map(({ clusterStats }) => clusterStats),
    [[], [], []],
  );
});

test("a stream that was answered and ends is opened again at once, every time", async () => {
  await using world = await startWorld({ ends: true });
  await world.channel.callUntil("one");
  // With any back-off of gRPC the twentieth would be hours away.
  await world.until((streams) => streams >= 20);
});

test("a closed channel leaves its report stream open, and goes on reporting nothing", async () => {
  await using world = await startWorld({});
  await world.channel.callUntil("one");
  world.channel[Symbol.dispose]();
  await world.ads.until((events) => events.includes("closed"));
  const before = world.requests.length;
  await world.until(() => world.requests.length >= before + 3);
});
