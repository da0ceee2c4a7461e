import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { test } from "node:test";
import { Metadata, status } from "@grpc/grpc-js";
import { HeyHowService, SayRequest } from "@hey/proto/v1";
import { callUnary } from "@hey/rpc";
import { startTestServer, type TestServer } from "./test-server.ts";

const deadlineMs = 10_000;

/** Four servers, each the next hop of the one before; the front is the first. */
async function startChain() {
  await using stack = new AsyncDisposableStack();
  const chain: TestServer[] = [];
  for (const name of ["r4", "r3", "r2", "r1"]) {
    const server = stack.use(await startTestServer({ name, next: chain[0]?.address, adminHttp: "127.0.0.1:0" }));
    chain.unshift(server);
  }
  const [front, , , back] = chain;
  if (front === undefined || back === undefined) throw new Error("a chain has a front and a back");
  const opened = stack.move();
  return { chain, front, back, [Symbol.asyncDispose]: () => opened.disposeAsync() };
}

test("a chain lists every replica with what was left of the deadline, which shrinks on the way", async () => {
  await using servers = await startChain();
  const answer = await callUnary(
    servers.front.connect(),
    HeyHowService.say,
    SayRequest.fromPartial({ count: 1n, hops: 3 }),
    { deadlineMs },
  );
  assert.equal(answer.count, 5n);
  assert.equal(answer.replica?.name, "r1");
  assert.deepEqual(
    answer.path.map(({ replica }) => replica?.name),
    ["r1", "r2", "r3", "r4"],
  );
  const remaining = answer.path.map(({ remainingNs }) => remainingNs ?? -1n);
  for (const [hop, left] of remaining.entries()) {
    assert.ok(left > 0n && left <= BigInt(deadlineMs) * 1_000_000n, `hop ${hop}: ${left}`);
    assert.ok(left <= (remaining[hop - 1] ?? left), `hop ${hop} has more time than the one before`);
  }
});

test("one request id is found in every hop's log", async () => {
  await using servers = await startChain();
  const metadata = new Metadata();
  metadata.set("x-request-id", "through-all-of-them");
  const request = SayRequest.fromPartial({ hops: 3 });
  await callUnary(servers.front.connect(), HeyHowService.say, request, { deadlineMs, metadata });
  for (const { log } of servers.chain) {
    const line = await log.find(({ event, requestId }) => event === "call" && requestId === "through-all-of-them");
    assert.equal(line["code"], "OK");
  }
});

test("a request id that the front made is the one in every hop's log", async () => {
  await using servers = await startChain();
  const request = SayRequest.fromPartial({ hops: 3 });
  await callUnary(servers.front.connect(), HeyHowService.say, request, { deadlineMs });
  const { requestId: made } = await servers.front.log.find(({ event }) => event === "call");
  assert.ok(made);
  await servers.back.log.find(({ event, requestId }) => event === "call" && requestId === made);
});

/** The timers that keep this process, which all the servers here share, awake. */
function timers(): number {
  return process.getActiveResourcesInfo().filter((resource) => resource === "Timeout").length;
}

/** Resolves when the server has a Say in flight. */
async function untilWorking(server: TestServer): Promise<void> {
  for (const limit = Date.now() + 10_000; Date.now() < limit; ) {
    const metrics = await (await fetch(`http://${server.adminHttp}/metrics`)).text();
    if (/in_flight\{[^}]*Say[^}]*\} 1\n/.test(metrics)) return;
  }
  throw new Error("no Say came in 10 s");
}

test("a call over 3 hops that is cancelled at the front stops the work at the back", async () => {
  await using servers = await startChain();
  const cancel = new AbortController();
  const timersBefore = timers();
  const request = SayRequest.fromPartial({ hops: 3, workNs: 60_000_000_000n });
  const call = callUnary(servers.front.connect(), HeyHowService.say, request, {
    deadlineMs: 60_000,
    signal: cancel.signal,
  });
  await untilWorking(servers.back);
  assert.ok(timers() > timersBefore, "the back works, which here is to wait");
  cancel.abort();
  await assert.rejects(call, { code: status.CANCELLED });
  for (const { log } of servers.chain) {
    const line = await log.find(({ event }) => event === "call");
    assert.equal(line["code"], "CANCELLED");
  }
  assert.equal(timers(), timersBefore, "the work is over, though it was to take a minute");
});

test("a deadline that passes while the back works stops it", async () => {
  await using servers = await startChain();
  const request = SayRequest.fromPartial({ hops: 3, workNs: 60_000_000_000n });
  const call = callUnary(servers.front.connect(), HeyHowService.say, request, { deadlineMs: 1_500 });
  await assert.rejects(call, { code: status.DEADLINE_EXCEEDED });
  const line = await servers.back.log.find(({ event }) => event === "call");
  assert.match(String(line["code"]), /DEADLINE_EXCEEDED|CANCELLED/);
});

test("hops without a next hop fail with FAILED_PRECONDITION that says what to do", async () => {
  await using server = await startTestServer();
  const call = callUnary(server.connect(), HeyHowService.say, SayRequest.fromPartial({ hops: 1 }), { deadlineMs });
  await assert.rejects(call, { code: status.FAILED_PRECONDITION, message: /--next \(HEY_NEXT\)/ });
});

test("a next hop that does not answer fails with its status and its name", async () => {
  let gone: string;
  {
    await using server = await startTestServer();
    gone = server.address;
  }
  await using server = await startTestServer({ next: gone });
  const call = callUnary(server.connect(), HeyHowService.say, SayRequest.fromPartial({ hops: 1 }), { deadlineMs });
  await assert.rejects(call, { code: status.UNAVAILABLE, message: new RegExp(`^next hop ${gone}: `) });
});

test("a next hop whose name does not resolve fails with UNAVAILABLE and its name", async () => {
  await using server = await startTestServer({ next: "no-such-host.invalid:9999" });
  const call = callUnary(server.connect(), HeyHowService.say, SayRequest.fromPartial({ hops: 1 }), { deadlineMs });
  await assert.rejects(call, { code: status.UNAVAILABLE, message: /no-such-host\.invalid/ });
});

/** A listener that is no gRPC server; what it says to each connection, if anything. */
async function startOther(greeting: string) {
  const sockets = new Set<Socket>();
  const other = createServer((socket) => {
    sockets.add(socket.on("error", () => {}));
    socket.resume();
    if (greeting !== "") socket.end(greeting);
  }).listen(0, "127.0.0.1");
  await once(other, "listening");
  return {
    address: `127.0.0.1:${(other.address() as AddressInfo).port}`,
    [Symbol.dispose]() {
      for (const socket of sockets) socket.destroy();
      other.close();
    },
  };
}

test("a next hop that accepts and says nothing costs the deadline, and no more", async () => {
  using silent = await startOther("");
  await using server = await startTestServer({ next: silent.address });
  const call = callUnary(server.connect(), HeyHowService.say, SayRequest.fromPartial({ hops: 1 }), { deadlineMs: 500 });
  await assert.rejects(call, { code: status.DEADLINE_EXCEEDED });
});

test("a next hop that is not a gRPC server fails with UNAVAILABLE and its name", async () => {
  using web = await startOther("HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n");
  await using server = await startTestServer({ next: web.address });
  const call = callUnary(server.connect(), HeyHowService.say, SayRequest.fromPartial({ hops: 1 }), { deadlineMs });
  await assert.rejects(call, { code: status.UNAVAILABLE, message: new RegExp(`^next hop ${web.address}: `) });
});
