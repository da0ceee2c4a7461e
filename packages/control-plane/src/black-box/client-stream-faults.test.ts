import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { AggregatedDiscoveryService, type DiscoveryRequest, DiscoveryResponse } from "@hey/proto/xds";
import { createHandlers, createLatest, listen } from "@hey/rpc";
import { typeUrls } from "../resources/resource-type.ts";
import { longTimersMs, openChannel } from "../testing/xds-world.ts";

// Faults of grpc-js-xds 1.14.1 that show in what it does with a stream, by their numbers in the decisions.

/** To the first request of a stream: responses and nothing after them, or the stream's end. */
type Answer = readonly DiscoveryResponse[] | "end";

/** A control plane that answers each stream as the test says, the last answer for all streams after it. */
async function startScripted(...answers: readonly [Answer, ...Answer[]]) {
  const handlers = createHandlers();
  const requests: DiscoveryRequest[] = [];
  const received = createLatest(0);
  let streams = 0;
  async function* serve(incoming: AsyncIterable<DiscoveryRequest>) {
    const answer = answers[Math.min(streams, answers.length - 1)] ?? answers[0];
    streams += 1;
    let isFirst = true;
    for await (const request of incoming) {
      requests.push(request);
      received.set(requests.length);
      if (answer === "end") return;
      if (isFirst) yield* answer;
      isFirst = false;
    }
  }
  const server = await listen({
    address: "127.0.0.1:0",
    services: [[AggregatedDiscoveryService, { streamAggregatedResources: handlers.bidi(serve) }]],
    drain: { noticeMs: 0, drainMs: 0 },
  });
  return {
    address: server.address,
    requests,
    async until(what: string, is: (streams: number) => boolean): Promise<void> {
      for await (const _ of received.watch(AbortSignal.timeout(5_000))) if (is(streams)) return;
      throw new Error(`never ${what}: ${JSON.stringify(requests)}`);
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

const resourceTimers = () => longTimersMs.filter((ms) => ms === 15_000).length;

test("E7: the timer of a resource starts with a connection, and not with a second stream on it", async () => {
  await using ads = await startScripted("end", []);
  const before = resourceTimers();
  using channel = openChannel(ads.address, "xds:///a");
  void channel.call();
  await ads.until("asked", (streams) => streams === 1);
  assert.equal(resourceTimers(), before + 1);
  await ads.until("asked again", (streams) => streams === 2);
  await setImmediate();
  assert.equal(resourceTimers(), before + 1);
});

test("E10: a type that the client does not know is passed over: no answer comes to it, not even a refusal", async () => {
  const unknown = { typeUrl: "type.googleapis.com/no.such.Type", versionInfo: "1", nonce: "unknown" };
  const known = { typeUrl: typeUrls.LDS, versionInfo: "1", nonce: "known" };
  await using ads = await startScripted([unknown, known].map((each) => DiscoveryResponse.fromPartial(each)));
  using channel = openChannel(ads.address, "xds:///a");
  void channel.call();
  await ads.until("answered", () => ads.requests.some(({ responseNonce }) => responseNonce === "known"));
  const answers = ads.requests.map(({ responseNonce, errorDetail }) => [responseNonce, errorDetail?.message]);
  assert.deepEqual(answers, [
    ["", undefined],
    ["known", undefined],
  ]);
});
