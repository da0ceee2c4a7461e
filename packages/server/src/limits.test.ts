import assert from "node:assert/strict";
import { once } from "node:events";
import { connect as connectHttp2 } from "node:http2";
import { connect } from "node:net";
import { test } from "node:test";
import { status } from "@grpc/grpc-js";
import { HeyHowService, ListenRequest } from "@hey/proto/v1";
import { callServerStream } from "@hey/rpc";
import { longestStreamMs } from "./limits.ts";
import { startTestServer } from "./test-server.ts";

/** How long a test waits for what must come. */
const limit = () => ({ signal: AbortSignal.timeout(10_000) });

test("a connection is told how many streams it may have", async () => {
  await using server = await startTestServer({ maxConcurrentStreams: 7 });
  const session = connectHttp2(`http://${server.address}`);
  const [settings] = await once(session, "remoteSettings", limit());
  assert.equal(settings.maxConcurrentStreams, 7);
  session.destroy();
});

test("a silent connection is asked for a sign of life", async () => {
  await using server = await startTestServer({ keepaliveTime: 20 });
  const session = connectHttp2(`http://${server.address}`);
  await once(session, "ping", limit());
  session.destroy();
});

test("a connection whose peer gives no sign of life is closed", async () => {
  await using server = await startTestServer({ keepaliveTime: 20, keepaliveTimeout: 20 });
  const [host, port] = server.address.split(":");
  const socket = connect(Number(port), host);
  // It opens HTTP/2 with empty settings, and then reads but never answers.
  socket.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
  socket.write(Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]));
  socket.resume();
  socket.on("error", () => {});
  await once(socket, "close", limit());
});

test("a connection past its age is told to go", async () => {
  await using server = await startTestServer({ connectionAge: 50, connectionAgeGrace: 1_000 });
  const session = connectHttp2(`http://${server.address}`);
  const [code] = await once(session, "goaway", limit());
  assert.equal(code, 0);
  session.destroy();
});

test("a stream ends with UNAVAILABLE before the grace of its connection's age does", async () => {
  await using server = await startTestServer({ connectionAge: 300, connectionAgeGrace: 2_000 });
  const request = ListenRequest.fromPartial({ conversationId: "c", intervalNs: 10_000_000n });
  const heard: bigint[] = [];
  const listening = async () => {
    const stream = callServerStream(server.connect(), HeyHowService.listen, request, { deadlineMs: 10_000 });
    for await (const { sequence } of stream) heard.push(sequence);
  };
  // The hard cut at the end of the grace would be INTERNAL.
  await assert.rejects(listening(), { code: status.UNAVAILABLE, message: /1800 ms/ });
  assert.deepEqual(
    heard,
    heard.map((_, index) => BigInt(index + 1)),
  );
});

for (const [what, connectionAge, connectionAgeGrace, expected] of [
  ["a tenth less than the grace", 60_000, 10_000, 9_000],
  ["at most 5 s less", 60_000, 300_000, 295_000],
  ["as long as it likes when connections may get any age", 0, 10_000, undefined],
] as const) {
  test(`a stream may last ${what}`, () => {
    assert.equal(longestStreamMs({ connectionAge, connectionAgeGrace }), expected);
  });
}
