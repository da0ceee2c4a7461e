import assert from "node:assert/strict";
import { test } from "node:test";
import { Client, credentials, type handleUnaryCall } from "@grpc/grpc-js";
import { TutorialService } from "@hey/proto/tutorial";
import { callUnary, listen } from "@hey/rpc";
import { createLoadMeter, encodeLoadReport } from "./load-meter.ts";

test("utilisation is the calls in flight over the limit, and may pass 1", () => {
  const load = createLoadMeter(2);
  assert.equal(load.read(0).utilization, 0);
  for (let call = 0; call < 3; call++) load.started(0);
  assert.equal(load.read(0).utilization, 1.5);
  load.ended(0);
  assert.equal(load.read(0).utilization, 1);
});

test("calls per second are those that ended in the last full second", () => {
  const load = createLoadMeter(100);
  const call = (atMs: number) => {
    load.started(atMs);
    load.ended(atMs);
  };
  for (let atMs = 0; atMs < 1_000; atMs += 100) call(atMs);
  assert.equal(load.read(1_500).callsPerSecond, 10);
  for (let atMs = 1_500; atMs < 1_520; atMs += 1) call(atMs);
  assert.equal(load.read(1_600).callsPerSecond, 20, "a rise shows before its second is over");
  assert.equal(load.read(2_100).callsPerSecond, 20);
  assert.equal(load.read(10_000).callsPerSecond, 0, "a quiet time is quiet");
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
