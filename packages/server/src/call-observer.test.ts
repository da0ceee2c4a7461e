import assert from "node:assert/strict";
import { test } from "node:test";
import { Metadata, status } from "@grpc/grpc-js";
import type { CallContext } from "@hey/rpc";
import { createCallMetrics } from "@hey/runtime";
import { createCallLog } from "./call-log.ts";
import { createCallObserver } from "./call-observer.ts";
import { createLoadMeter, encodeLoadReport, loadReportKey } from "./load-meter.ts";
import { captureLog } from "./test-server.ts";

test("every 10,000 calls of the tutorial the log tells how long they took", () => {
  const { lines, logger } = captureLog();
  logger.level = "info";
  const observer = createCallObserver({
    logger,
    log: createCallLog({ logger, linesPerSecond: 10, slowMs: 1_000, answersWithStream: () => false }),
    metrics: createCallMetrics({ side: "server" }),
    load: createLoadMeter(1_000, performance.now()),
    work: new Set(),
    paced: new Set(["/HeyHowService/heyhow"]),
  });
  const call = (method: string) => {
    const context = { method, metadata: new Metadata(), trailers: new Metadata(), peer: "p" } as CallContext;
    observer.started?.(context);
    observer.ended?.(context, { code: status.OK, message: "", durationMs: 0.1 });
  };
  for (let count = 0; count < 9_999; count++) call("/HeyHowService/heyhow");
  call("/heyhow.v1.HeyHowService/Say");
  assert.equal(lines.written.length, 0);
  call("/HeyHowService/heyhow");
  assert.equal(lines.written.length, 1);
  const [line] = lines.written;
  assert.equal(line?.["event"], "tutorial-calls");
  assert.equal(line?.["calls"], 10_000);
  assert.match(String(line?.["msg"]), /^10000 calls in \d+\.\d\d seconds$/);
});

test("only calls that are work are load and report it: not those by which a server is watched", () => {
  const { logger } = captureLog();
  const counted: string[] = [];
  const idle = { utilization: 0.5, callsPerSecond: 2 };
  const observer = createCallObserver({
    logger,
    log: createCallLog({ logger, linesPerSecond: 10, slowMs: 1_000, answersWithStream: () => false }),
    metrics: createCallMetrics({ side: "server" }),
    load: { started: () => counted.push("started"), ended: () => counted.push("ended"), read: () => idle },
    work: new Set(["/a.A/Work"]),
    paced: new Set(),
  });
  const reports = ["/grpc.health.v1.Health/Watch", "/a.A/Work"].map((method) => {
    const context = { method, metadata: new Metadata(), trailers: new Metadata(), peer: "p" } as CallContext;
    observer.started?.(context);
    observer.ended?.(context, { code: status.OK, message: "", durationMs: 0.1 });
    return context.trailers.get(loadReportKey);
  });
  assert.deepEqual(counted, ["started", "ended"]);
  assert.deepEqual(reports, [[], [encodeLoadReport(idle)]]);
});
