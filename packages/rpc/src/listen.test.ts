import assert from "node:assert/strict";
import { test } from "node:test";
import { status } from "@grpc/grpc-js";
import { HeyHowService, SayRequest, SayResponse } from "@hey/proto/v1";
import { callUnary, listen } from "@hey/rpc";
import { startScript } from "./scripted-server.ts";

const drain = { noticeMs: 0, drainMs: 0 };

test("port 0 becomes the port that the system chose", async () => {
  await using server = await listen({ address: "127.0.0.1:0", services: [], drain });
  assert.match(server.address, /^127\.0\.0\.1:[1-9]\d*$/);
  assert.equal(server.address, `127.0.0.1:${server.port}`);
});

test("a taken port is said in words", async () => {
  await using first = await listen({ address: "127.0.0.1:0", services: [], drain });
  await assert.rejects(listen({ address: first.address, services: [], drain }), {
    name: "ListenError",
    message: `cannot listen on ${first.address}: the port is taken: stop what listens there, or choose another port (0: the system's choice)`,
  });
});

for (const [address, reason] of [
  ["192.0.2.1:0", /: this host has no such address/],
  ["unix:/nowhere/at/all/hey.sock", /: (there is no such folder|this user may not make a socket there)/],
  ["nobody.invalid:0", /: no such host is known/],
] as const) {
  test(`why ${address} cannot be had is said in words`, async () => {
    await assert.rejects(listen({ address, services: [], drain }), { name: "ListenError", message: reason });
  });
}

test("while the notice runs calls are still taken, and afterwards none", async () => {
  const said: string[] = [];
  const script = await startScript(
    { say: () => SayResponse.fromPartial({}) },
    { drain: { noticeMs: 300, drainMs: 1_000 } },
  );
  const call = () => callUnary(script.client, HeyHowService.say, SayRequest.fromPartial({}), { deadlineMs: 5_000 });
  await call();
  const drained = script.server[Symbol.asyncDispose]().then(() => said.push("drained"));
  await call();
  said.push("answered");
  await drained;
  await assert.rejects(call(), { code: status.UNAVAILABLE });
  script.client.close();
  assert.deepEqual(said, ["answered", "drained"]);
});

test("draining twice waits for the same end", async () => {
  const server = await listen({ address: "127.0.0.1:0", services: [], drain });
  assert.equal(server[Symbol.asyncDispose](), server[Symbol.asyncDispose]());
  await server[Symbol.asyncDispose]();
});
