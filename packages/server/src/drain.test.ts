import assert from "node:assert/strict";
import { test } from "node:test";
import { status } from "@grpc/grpc-js";
import { HealthService, ServingStatus } from "@hey/proto/health";
import { HeyHowService, ListenRequest, SayRequest } from "@hey/proto/v1";
import { callServerStream, callUnary, type StatusError } from "@hey/rpc";
import { startTestServer } from "./test-server.ts";

const deadlineMs = 20_000;
const endless = ListenRequest.fromPartial({ conversationId: "c", intervalNs: 1_000_000n });
const working = (ms: number) => SayRequest.fromPartial({ workNs: BigInt(ms) * 1_000_000n });

test("a leaving server says NOT_SERVING at once, and goes on serving through the notice", async () => {
  await using server = await startTestServer({ adminHttp: "127.0.0.1:0", notice: 1_500 });
  const client = server.connect();
  const told: ServingStatus[] = [];
  const watched = Promise.withResolvers<void>();
  const order: string[] = [];
  const watching = (async () => {
    const service = "heyhow.v1.HeyHowService";
    for await (const { status } of callServerStream(client, HealthService.watch, { service }, { deadlineMs })) {
      told.push(status);
      if (told.length === 1) watched.resolve();
      else order.push("not serving");
    }
  })();
  await watched.promise;
  const leaving = server[Symbol.asyncDispose]().then(() => order.push("left"));
  const ready = await fetch(`http://${server.adminHttp}/readyz`);
  assert.equal(ready.status, 503);
  assert.match(await ready.text(), /draining/);
  await callUnary(client, HeyHowService.say, SayRequest.fromPartial({}), { deadlineMs });
  order.push("answered");
  await assert.rejects(watching, { code: status.UNAVAILABLE });
  await leaving;
  assert.deepEqual(told, [ServingStatus.SERVING, ServingStatus.NOT_SERVING]);
  assert.deepEqual(order, ["not serving", "answered", "left"]);
});

test("open streams end with UNAVAILABLE after the notice, and calls in flight are answered", async () => {
  await using server = await startTestServer();
  const client = server.connect();
  const heard: bigint[] = [];
  const first = Promise.withResolvers<void>();
  const listening = (async () => {
    for await (const { sequence } of callServerStream(client, HeyHowService.listen, endless, { deadlineMs })) {
      heard.push(sequence);
      first.resolve();
    }
  })();
  const ended = listening.then(
    () => undefined,
    (error: StatusError) => error,
  );
  await first.promise;
  const said = callUnary(client, HeyHowService.say, working(300), { deadlineMs });
  // A later call on the same connection is answered first: the one that works has surely begun.
  await callUnary(client, HeyHowService.say, SayRequest.fromPartial({}), { deadlineMs });
  await server[Symbol.asyncDispose]();
  assert.equal((await ended)?.code, status.UNAVAILABLE);
  assert.equal((await said).msg, "Let's go");
  assert.deepEqual(
    heard,
    heard.map((_, index) => BigInt(index + 1)),
    "what was heard has no gap",
  );
});

test("a call that will not end is cut off when the drain is over", async () => {
  await using server = await startTestServer({ drain: 200 });
  const client = server.connect();
  const said = callUnary(client, HeyHowService.say, working(60_000), { deadlineMs });
  const failed = said.then(
    () => undefined,
    (error: StatusError) => error,
  );
  await callUnary(client, HeyHowService.say, SayRequest.fromPartial({}), { deadlineMs });
  await server[Symbol.asyncDispose]();
  assert.equal((await failed)?.code, status.UNAVAILABLE, "what a retry may take to another replica");
  const line = await server.log.find(({ event, code }) => event === "call" && code === "UNAVAILABLE");
  assert.ok(Number(line["durationMs"]) < 60_000);
  assert.equal((await server.log.find(({ event }) => event === "cut-off"))["calls"], 1);
});
