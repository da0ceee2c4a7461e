import assert from "node:assert/strict";
import { test } from "node:test";
import { Client, credentials, type handleUnaryCall } from "@grpc/grpc-js";
import { TutorialService } from "@hey/proto/tutorial";
import { callUnary, listen } from "@hey/rpc";
import { createLoadMeter, encodeLoadReport, type LoadMeter } from "./load-meter.ts";

/** What was measured, without the one call more. */
function measured(load: LoadMeter, atMs: number) {
  const { utilization, callsPerSecond } = load.read(atMs);
  return { utilization: Number((utilization - 0.01).toFixed(9)), callsPerSecond: callsPerSecond - 1 };
}

test("utilisation is the mean of the calls in flight over the limit, and may pass 1", () => {
  const of2 = createLoadMeter(2, 0);
  for (let call = 0; call < 3; call++) of2.started(0);
  assert.equal(of2.read(2_000).utilization, (3 + 0.01) / 2);
  const load = createLoadMeter(1, 0);
  load.started(0);
  load.ended(250);
  assert.equal(measured(load, 250).utilization, 0.2, "250 ms of 1,250");
  assert.equal(measured(load, 1_000).utilization, 0.25, "250 ms of the second before");
  assert.equal(measured(load, 1_999).utilization, Number((250 / 1_999).toFixed(9)));
  assert.equal(measured(load, 2_000).utilization, 0);
});

test("a call over several seconds counts in each for as long as it is there", () => {
  const load = createLoadMeter(1, 0);
  load.started(600);
  assert.equal(measured(load, 1_500).utilization, 0.6, "400 ms and 500 ms of 1,500");
  load.started(1_500);
  assert.equal(measured(load, 9_500).utilization, 2);
  load.ended(9_500);
  load.ended(9_500);
  assert.equal(measured(load, 10_000).utilization, 1, "half of the second before");
});

test("calls per second are those that ended in the last one", () => {
  const load = createLoadMeter(100, 0);
  const call = (atMs: number) => {
    load.started(atMs);
    load.ended(atMs);
  };
  for (let atMs = 0; atMs < 1_000; atMs += 100) call(atMs);
  assert.equal(measured(load, 1_000).callsPerSecond, 10);
  for (let atMs = 1_500; atMs < 1_520; atMs += 1) call(atMs);
  assert.equal(measured(load, 1_600).callsPerSecond, 30 / 1.6, "a rise shows before its second is over");
  assert.equal(measured(load, 2_000).callsPerSecond, 20);
  assert.equal(measured(load, 10_000).callsPerSecond, 0, "a quiet time is quiet");
});

test("an idle server reports a call, so that callers weigh it before they have called it", () => {
  const { utilization, callsPerSecond } = createLoadMeter(100, 0).read(0);
  assert.deepEqual({ utilization, callsPerSecond }, { utilization: 0.0001, callsPerSecond: 1 });
});

test("a stuck server weighs less and less", () => {
  const load = createLoadMeter(100, 0);
  const weight = (atMs: number) => {
    const { utilization, callsPerSecond } = load.read(atMs);
    return callsPerSecond / utilization;
  };
  for (let call = 0; call < 50; call++) load.started(0);
  assert.ok(weight(100) > weight(500) && weight(500) > weight(2_000));
  assert.ok(weight(2_000) < 100 / 50);
});

test("a load report is byte for byte what grpc-js's own recorder makes of it", async () => {
  const theirs = Promise.withResolvers<Buffer>();
  const record: handleUnaryCall<unknown, unknown> = (call, reply) => {
    const recorder = call.getMetricsRecorder();
    recorder.recordQpsMetric(1_234.5);
    recorder.recordApplicationUtilizationMetric(0.75);
    theirs.resolve(recorder.serialize());
    reply(null, { count: 0, msg: "", anything: "" });
  };
  await using server = await listen({
    address: "127.0.0.1:0",
    services: [[TutorialService, { heyhow: record }]],
    drain: { noticeMs: 0, drainMs: 0 },
  });
  const client = new Client(server.address, credentials.createInsecure());
  await callUnary(client, TutorialService.heyhow, { count: 0, msg: "" }, { deadlineMs: 10_000 });
  client.close();
  assert.deepEqual(encodeLoadReport({ utilization: 0.75, callsPerSecond: 1_234.5 }), await theirs.promise);
});
