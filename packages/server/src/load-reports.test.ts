import assert from "node:assert/strict";
import { test } from "node:test";
import { Client, credentials, status } from "@grpc/grpc-js";
import { OpenRcaService, OrcaLoadReportRequest } from "@hey/proto/orca";
import { HeyHowService, SayRequest } from "@hey/proto/v1";
import { callServerStream, callUnary, ownConnection } from "@hey/rpc";
import { startTestServer } from "./test-server.ts";

const deadlineMs = 10_000;
const every = (seconds: bigint, nanos = 0) => OrcaLoadReportRequest.fromPartial({ reportInterval: { seconds, nanos } });

test("the first report comes at once, however long the interval, and is above 0", async () => {
  await using server = await startTestServer({ maxCalls: 100 });
  for (const request of [every(3_600n), every(10n ** 12n), OrcaLoadReportRequest.fromPartial({})]) {
    for await (const report of callServerStream(server.connect(), OpenRcaService.streamCoreMetrics, request, {
      deadlineMs,
    })) {
      assert.deepEqual(report, { rpsFractional: 1, applicationUtilization: 0.0001 });
      break;
    }
  }
});

test("reports go on and follow the load, but neither they nor health checks are load themselves", async () => {
  await using server = await startTestServer({ maxCalls: 1 });
  const client = server.connect();
  const stream = callServerStream(client, OpenRcaService.streamCoreMetrics, every(0n), { deadlineMs });
  const next = async () => (await stream.next()).value || assert.fail("the stream ended");
  for (let count = 0; count < 3; count++) assert.equal((await next()).applicationUtilization, 0.01);
  const working = callUnary(client, HeyHowService.say, SayRequest.fromPartial({ workNs: 300_000_000n }), {
    deadlineMs,
  });
  while ((await next()).applicationUtilization === 0.01);
  await working;
  while ((await next()).rpsFractional === 1);
  await stream.return(undefined);
});

test("a client that balances by load calls the replica with more room", async () => {
  await using small = await startTestServer({ name: "small", maxCalls: 1 });
  await using large = await startTestServer({ name: "large", maxCalls: 1_000 });
  const policy = {
    enable_oob_load_report: true,
    oob_load_reporting_period: "0.1s",
    blackout_period: "0s",
    weight_update_period: "0.1s",
  };
  const client = new Client(`ipv4:${small.address},${large.address}`, credentials.createInsecure(), {
    ...ownConnection,
    "grpc.service_config": JSON.stringify({ loadBalancingConfig: [{ weighted_round_robin: policy }] }),
  });
  using _closing = { [Symbol.dispose]: () => client.close() };
  const answers = new Map<string, number>();
  // In turn each would get 25 of 50. By load `small` gets a thousandth, and one in twenty first calls after new weights.
  for (const endAt = Date.now() + 5_000; (answers.get("large") ?? 0) < 45; ) {
    assert.ok(Date.now() < endAt, `never by load, but ${JSON.stringify([...answers])}`);
    answers.clear();
    for (let call = 0; call < 50; call++) {
      const { replica } = await callUnary(client, HeyHowService.say, SayRequest.fromPartial({}), { deadlineMs });
      const name = replica?.name ?? "";
      answers.set(name, (answers.get(name) ?? 0) + 1);
    }
  }
});

test("a leaving server ends its report streams with UNAVAILABLE, and they hold up nothing", async () => {
  await using server = await startTestServer({ drain: 2_000 });
  const stream = callServerStream(server.connect(), OpenRcaService.streamCoreMetrics, every(3_600n), { deadlineMs });
  await stream.next();
  const ended = assert.rejects(stream.next(), { code: status.UNAVAILABLE });
  await server[Symbol.asyncDispose]();
  await ended;
  const cutOff = server.log.written.filter(({ event }) => event === "cut-off");
  assert.deepEqual(cutOff, [], "it left before the drain's time was up");
});
