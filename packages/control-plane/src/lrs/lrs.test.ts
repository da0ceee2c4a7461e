import assert from "node:assert/strict";
import { test } from "node:test";
import { Client, credentials, status } from "@grpc/grpc-js";
import { LoadReportingService, LoadStatsRequest } from "@hey/proto/xds";
import { createHandlers, listen } from "@hey/rpc";
import { openRawStream } from "../testing/raw-stream.ts";
import { createLrs, type Reporter } from "./lrs.ts";

/** A real LRS server, and clients that speak raw LRS. */
async function startLrs({ mostReporters = 10 } = {}) {
  const leftOut: number[] = [];
  const endStreams = new AbortController();
  const lrs = createLrs({
    handlers: createHandlers({ endStreams: endStreams.signal }),
    intervalMs: 1_500,
    mostReporters,
    observer: { counted() {}, leftOut: (reporter) => leftOut.push(reporter.leftOut) },
  });
  const server = await listen({
    address: "127.0.0.1:0",
    services: [lrs.service],
    drain: { noticeMs: 0, drainMs: 2_000 },
    endStreams,
  });
  const client = new Client(server.address, credentials.createInsecure());
  return {
    lrs,
    leftOut,
    open: (method = LoadReportingService.streamLoadStats) => openRawStream(client, method),
    /** Waits until the reporters are such. */
    async until(good: (reporters: readonly Reporter[]) => boolean): Promise<void> {
      for await (const _ of lrs.changes.watch(AbortSignal.timeout(5_000))) if (good(lrs.reporters())) return;
      assert.fail(`never came: ${JSON.stringify(lrs.reporters())}`);
    },
    server,
    async [Symbol.asyncDispose]() {
      client.close();
      await server[Symbol.asyncDispose]();
    },
  };
}

function hello(id: string): LoadStatsRequest {
  return LoadStatsRequest.fromPartial({ node: { id } });
}

function report(clusterName: string, succeeded: bigint): LoadStatsRequest {
  const upstreamLocalityStats = [{ locality: { zone: "a" }, totalSuccessfulRequests: succeeded }];
  return LoadStatsRequest.fromPartial({ clusterStats: [{ clusterName, upstreamLocalityStats }] });
}

const succeeded = ({ counts }: Reporter) =>
  counts.flatMap(({ localities }) => localities.map((each) => each.succeeded));

test("a client is asked for all clusters, its calls add up, and they are forgotten with its stream", async () => {
  await using world = await startLrs();
  const [one, two] = [world.open(), world.open()];
  one.send(hello("one"));
  assert.deepEqual(await one.next(), {
    sendAllClusters: true,
    loadReportingInterval: { seconds: 1n, nanos: 500_000_000 },
  });
  two.send(hello("two"));
  await two.next();
  one.send(report("a", 10n));
  one.send(report("a", 5n));
  one.send(report("b", 1n));
  await world.until((all) => all.length === 2 && all.flatMap(succeeded).length === 2);
  assert.deepEqual(
    world.lrs.reporters().map((each) => [each.nodeId, succeeded(each)]),
    [
      ["one", [15, 1]],
      ["two", []],
    ],
  );
  one.call.cancel();
  two.call.end();
  assert.equal((await two.ended).code, status.OK);
  await world.until((all) => all.length === 0);
});

test("a client that reports at once, as one does whose stream broke, is heard", async () => {
  await using world = await startLrs();
  const stream = world.open();
  stream.send({ ...hello("back"), ...report("a", 7n), node: hello("back").node });
  await world.until(([reporter]) => reporter !== undefined && succeeded(reporter)[0] === 7);
});

test("a client that never reads is heard like any other", async () => {
  await using world = await startLrs();
  const stream = world.open();
  stream.send(hello("deaf"));
  for (let sent = 0; sent < 2_000; sent++) stream.send(report("a", 1n));
  await world.until(([reporter]) => reporter !== undefined && succeeded(reporter)[0] === 2_000);
});

test("what is too long is left out and told once, and the stream goes on", async () => {
  await using world = await startLrs();
  const stream = world.open();
  stream.send(hello("odd"));
  stream.send(report("x".repeat(513), 1n));
  stream.send(report("y".repeat(513), 1n));
  stream.send(report("a", 1n));
  await world.until(([reporter]) => reporter !== undefined && succeeded(reporter)[0] === 1);
  assert.equal(world.lrs.reporters()[0]?.leftOut, 4);
  assert.deepEqual(world.leftOut, [2]);
});

test("a node id that is too long is refused before it is answered", async () => {
  await using world = await startLrs();
  const stream = world.open();
  stream.send(hello("x".repeat(513)));
  const { code, details } = await stream.ended;
  assert.equal(code, status.INVALID_ARGUMENT);
  assert.match(details, /node\.id: expected at most 512 characters, got 513/);
  assert.deepEqual(world.lrs.reporters(), []);
});

test("clients beyond the limit are refused, and taken when another has gone", async () => {
  await using world = await startLrs({ mostReporters: 1 });
  const first = world.open();
  first.send(hello("first"));
  await first.next();
  const second = world.open();
  second.send(hello("second"));
  assert.equal((await second.ended).code, status.RESOURCE_EXHAUSTED);
  first.call.end();
  await first.ended;
  const third = world.open();
  third.send(hello("third"));
  await third.next();
  assert.deepEqual(
    world.lrs.reporters().map(({ nodeId }) => nodeId),
    ["third"],
  );
});

test("bytes that are no report end the stream, and what it reported is forgotten", async () => {
  await using world = await startLrs();
  const odd = Buffer.from([0xff, 0xff, 0xff]);
  let broken = false;
  const method = LoadReportingService.streamLoadStats;
  const requestSerialize = (request: LoadStatsRequest) => (broken ? odd : method.requestSerialize(request));
  const stream = world.open({ ...method, requestSerialize } as typeof method);
  stream.send(hello("broken"));
  stream.send(report("a", 1n));
  await world.until(([reporter]) => reporter !== undefined && succeeded(reporter)[0] === 1);
  broken = true;
  stream.send(hello(""));
  assert.equal((await stream.ended).code, status.INTERNAL);
  await world.until((all) => all.length === 0);
});

test("a stream that says nothing is no reporter, and holds up no drain", async () => {
  await using world = await startLrs();
  const [silent, talking] = [world.open(), world.open()];
  talking.send(hello("talking"));
  await talking.next();
  assert.equal(world.lrs.reporters().length, 1);
  await world.server[Symbol.asyncDispose]();
  assert.equal((await silent.ended).code, status.UNAVAILABLE);
  assert.equal((await talking.ended).code, status.UNAVAILABLE);
});
