import assert from "node:assert/strict";
import { test } from "node:test";
import { Client, credentials, Metadata, status } from "@grpc/grpc-js";
import { HealthService, ServingStatus } from "@hey/proto/health";
import { ReflectionService, type ServerReflectionRequest } from "@hey/proto/reflection";
import { TutorialPackageService, TutorialService } from "@hey/proto/tutorial";
import { HeyHowService, ListenRequest, SayRequest } from "@hey/proto/v1";
import { callBidi, callServerStream, callUnary } from "@hey/rpc";
import { startTestServer } from "./test-server.ts";

const deadlineMs = 10_000;

test("the tutorial's contract answers under both names, with the replica's name", async () => {
  await using server = await startTestServer({ name: "r7" });
  const client = server.connect();
  for (const service of [TutorialService, TutorialPackageService]) {
    const answer = await callUnary(client, service.heyhow, { count: 1, msg: "Hey, how is it going?" }, { deadlineMs });
    assert.deepEqual(answer, { count: 2, msg: "Let's go", anything: "r7" });
  }
});

test("every answer carries the replica's name, version and zone", async () => {
  await using server = await startTestServer({ name: "r7", versionLabel: "v2", zone: "b" });
  const answer = await callUnary(server.connect(), HeyHowService.say, SayRequest.fromPartial({}), { deadlineMs });
  assert.deepEqual(answer.replica, { name: "r7", version: "v2", zone: "b" });
});

test("times are nanoseconds since the epoch", async () => {
  await using server = await startTestServer();
  const before = BigInt(Date.now()) * 1_000_000n;
  const answer = await callUnary(server.connect(), HeyHowService.say, SayRequest.fromPartial({}), { deadlineMs });
  const second = 1_000_000_000n;
  assert.ok(answer.receivedAtNs > before - second && answer.receivedAtNs < before + 10n * second);
  assert.ok(answer.answeredAtNs >= answer.receivedAtNs);
});

test("health is SERVING overall and for each service, by Check and by Watch", async () => {
  await using server = await startTestServer();
  const client = server.connect();
  for (const service of ["", "heyhow.v1.HeyHowService", "HeyHowService", "hey_how.HeyHowService"]) {
    assert.deepEqual(await callUnary(client, HealthService.check, { service }, { deadlineMs }), {
      status: ServingStatus.SERVING,
    });
    for await (const told of callServerStream(client, HealthService.watch, { service }, { deadlineMs })) {
      assert.equal(told.status, ServingStatus.SERVING);
      break;
    }
  }
  await assert.rejects(callUnary(client, HealthService.check, { service: "nobody" }, { deadlineMs }), {
    code: status.NOT_FOUND,
  });
});

test("reflection lists every service that the server has", async () => {
  await using server = await startTestServer();
  async function* asking(): AsyncGenerator<ServerReflectionRequest> {
    yield { host: "", messageRequest: { $case: "listServices", value: "" } };
  }
  const [answer] = await Array.fromAsync(
    callBidi(server.connect(), ReflectionService.serverReflectionInfo, asking(), { deadlineMs }),
  );
  assert.equal(answer?.messageResponse?.$case, "listServicesResponse");
  assert.deepEqual(
    answer.messageResponse.value.service.map(({ name }) => name),
    [
      "HeyHowService",
      "grpc.health.v1.Health",
      "grpc.reflection.v1.ServerReflection",
      "grpc.reflection.v1alpha.ServerReflection",
      "hey_how.HeyHowService",
      "heyhow.v1.HeyHowService",
      "xds.service.orca.v3.OpenRcaService",
    ],
  );
});

test("a caller's request id comes back in the trailers and stands in the log", async () => {
  await using server = await startTestServer();
  const metadata = new Metadata();
  metadata.set("x-request-id", "my-request-1");
  let trailers: Metadata | undefined;
  await callUnary(server.connect(), HeyHowService.say, SayRequest.fromPartial({}), {
    deadlineMs,
    metadata,
    onTrailers: (came) => (trailers = came),
  });
  assert.deepEqual(trailers?.get("x-request-id"), ["my-request-1"]);
  const line = await server.log.find(({ requestId }) => requestId === "my-request-1");
  assert.equal(line["method"], "/heyhow.v1.HeyHowService/Say");
  assert.equal(line["replica"], "test-replica");
});

test("a call without a request id gets one, also when it fails", async () => {
  await using server = await startTestServer();
  let trailers: Metadata | undefined;
  const call = callUnary(server.connect(), HeyHowService.say, SayRequest.fromPartial({ hops: 9 }), {
    deadlineMs,
    onTrailers: (came) => (trailers = came),
  });
  await assert.rejects(call, { code: status.INVALID_ARGUMENT });
  const [id] = trailers?.get("x-request-id") ?? [];
  assert.match(String(id), /^[\da-f-]{36}$/);
  const line = await server.log.find(({ requestId }) => requestId === id);
  assert.equal(line["code"], "INVALID_ARGUMENT");
  assert.equal(line["message"], "hops: expected 0 to 3, came 9");
});

test("a conversation's name stands in the log of its call", async () => {
  await using server = await startTestServer();
  const request = ListenRequest.fromPartial({ conversationId: "my-talk", lastSequence: 2n });
  await Array.fromAsync(callServerStream(server.connect(), HeyHowService.listen, request, { deadlineMs }));
  await server.log.find(({ conversation, method }) => conversation === "my-talk" && String(method).endsWith("/Listen"));
});

test("a request larger than allowed is RESOURCE_EXHAUSTED, and the server goes on", async () => {
  await using server = await startTestServer({ maxMessageBytes: 2_048 });
  const client = server.connect();
  const large = SayRequest.fromPartial({ msg: "x".repeat(4_096) });
  await assert.rejects(callUnary(client, HeyHowService.say, large, { deadlineMs }), {
    code: status.RESOURCE_EXHAUSTED,
  });
  await callUnary(client, HeyHowService.say, SayRequest.fromPartial({ msg: "x".repeat(1_024) }), { deadlineMs });
});

test("an answer larger than allowed is RESOURCE_EXHAUSTED too", async () => {
  await using server = await startTestServer({ maxMessageBytes: 2_048 });
  const large = ListenRequest.fromPartial({ conversationId: "c", lastSequence: 1n, paddingBytes: 4_096 });
  const stream = callServerStream(server.connect(), HeyHowService.listen, large, { deadlineMs });
  await assert.rejects(Array.fromAsync(stream), { code: status.RESOURCE_EXHAUSTED });
});

test("each call reports the server's load in its trailers, as ORCA has it", async () => {
  await using server = await startTestServer({ maxCalls: 4 });
  let trailers: Metadata | undefined;
  await callUnary(server.connect(), HeyHowService.say, SayRequest.fromPartial({ workNs: 200_000_000n }), {
    deadlineMs,
    onTrailers: (came) => (trailers = came),
  });
  const [report] = trailers?.get("endpoint-load-metrics-bin") ?? [];
  assert.ok(report instanceof Buffer);
  // One call of four for 200 ms at least, over one second to two; and never more than one, with what is added to it.
  const utilization = report.readDoubleLE(10);
  assert.ok(utilization > 0.2 / 2 / 4 && utilization <= 1.01 / 4, `${utilization}`);
});

test("channelz answers on its own port, and only there; CSDS is not loaded", async () => {
  await using server = await startTestServer({ adminGrpc: "127.0.0.1:0" });
  const bytes = (message: Buffer) => message;
  const call = (address: string, path: string) => {
    const client = new Client(address, credentials.createInsecure());
    const method = {
      path,
      requestStream: false,
      responseStream: false,
      requestSerialize: bytes,
      requestDeserialize: bytes,
      responseSerialize: bytes,
      responseDeserialize: bytes,
    } as const;
    return callUnary(client, method, Buffer.alloc(0), { deadlineMs }).finally(() => client.close());
  };
  const getServers = "/grpc.channelz.v1.Channelz/GetServers";
  assert.ok(server.adminGrpc);
  const answer = await call(server.adminGrpc, getServers);
  assert.ok(answer.length > 0, "it knows this process's servers");
  await assert.rejects(call(server.address, getServers), { code: status.UNIMPLEMENTED });
  const csds = "/envoy.service.status.v3.ClientStatusDiscoveryService/FetchClientStatus";
  await assert.rejects(call(server.adminGrpc, csds), { code: status.UNIMPLEMENTED });
});

test("the admin HTTP port tells live, ready, and the calls by method and code", async () => {
  await using server = await startTestServer({ adminHttp: "127.0.0.1:0" });
  await callUnary(server.connect(), HeyHowService.say, SayRequest.fromPartial({}), { deadlineMs });
  const get = (path: string) => fetch(`http://${server.adminHttp}${path}`);
  assert.equal((await get("/livez")).status, 200);
  assert.equal((await get("/readyz")).status, 200);
  const metrics = await (await get("/metrics")).text();
  const labels = 'grpc_type="unary",grpc_service="heyhow.v1.HeyHowService",grpc_method="Say",grpc_code="OK"';
  assert.ok(metrics.includes(`grpc_server_handled_total{${labels}} 1\n`), metrics);
});
