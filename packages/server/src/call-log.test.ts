import assert from "node:assert/strict";
import { test } from "node:test";
import { Metadata, status } from "@grpc/grpc-js";
import type { CallContext } from "@hey/rpc";
import { type CallLogOptions, createCallLog } from "./call-log.ts";
import { captureLog } from "./test-server.ts";

/** The part of a call that is logged. */
function callOf(method: string): CallContext {
  const trailers = new Metadata();
  trailers.set("x-request-id", "id-1");
  return { method, peer: "127.0.0.1:5", trailers } as CallContext;
}

function logCalls(given: Partial<CallLogOptions> = {}) {
  const { lines, logger } = captureLog();
  const options = { logger, linesPerSecond: 100, slowMs: 50, answersWithStream: (m: string) => m === "/s/Listen" };
  return { lines, logger, log: createCallLog({ ...options, ...given }) };
}

const ok = { code: status.OK, message: "", durationMs: 1.23456 };

test("a good call is logged at debug, with its request id, method, peer, code and duration", () => {
  const { lines, log } = logCalls();
  log.ended(callOf("/s/Say"), ok);
  const { time: _, ...line } = lines.written[0] ?? {};
  assert.deepEqual(line, {
    level: "debug",
    name: "hey-server",
    event: "call",
    requestId: "id-1",
    method: "/s/Say",
    peer: "127.0.0.1:5",
    code: "OK",
    durationMs: 1.235,
    msg: "call",
  });
});

test("above debug a good call writes nothing and takes nothing of the limit", () => {
  const { lines, logger, log } = logCalls({ linesPerSecond: 1 });
  logger.level = "info";
  for (let call = 0; call < 50; call++) log.ended(callOf("/s/Say"), ok);
  log.ended(callOf("/s/Say"), { ...ok, code: status.NOT_FOUND, message: "gone" });
  assert.equal(lines.written.length, 1);
});

test("a failure is logged at info with its words", () => {
  const { lines, log } = logCalls();
  log.ended(callOf("/s/Say"), { ...ok, code: status.NOT_FOUND, message: "gone" });
  assert.deepEqual(
    [lines.written[0]?.["level"], lines.written[0]?.["code"], lines.written[0]?.["message"]],
    ["info", "NOT_FOUND", "gone"],
  );
});

test("a streaming call's line has the name of its conversation", () => {
  const { lines, log } = logCalls();
  const call = callOf("/s/Listen");
  log.named(call, "c1");
  log.ended(call, ok);
  assert.equal(lines.written[0]?.["conversation"], "c1");
});

test("a slow call is logged at info, but a long stream is not slow", () => {
  const { lines, log } = logCalls();
  log.ended(callOf("/s/Say"), { ...ok, durationMs: 50 });
  log.ended(callOf("/s/Listen"), { ...ok, durationMs: 50_000 });
  assert.deepEqual(
    lines.written.map(({ level, slow }) => [level, slow]),
    [
      ["info", true],
      ["debug", undefined],
    ],
  );
});

test("a bug is logged at error with its text and stack", () => {
  const { lines, log } = logCalls();
  const bug = new TypeError("count is not a function");
  log.ended(callOf("/s/Say"), { ...ok, code: status.INTERNAL, message: "internal error", bug });
  const [line] = lines.written;
  assert.equal(line?.["level"], "error");
  assert.match(JSON.stringify(line?.["err"]), /count is not a function.*call-log\.test/);
});

test("past the limit lines are counted instead, and the count is logged by itself", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const { lines, log } = logCalls({ linesPerSecond: 4 });
  for (let call = 0; call < 10; call++) log.ended(callOf("/s/Say"), { ...ok, code: status.ABORTED });
  assert.equal(lines.written.length, 4);
  t.mock.timers.tick(1_000);
  assert.equal(lines.written.length, 5);
  assert.equal(lines.written[4]?.["event"], "call-lines-suppressed");
  assert.equal(lines.written[4]?.["suppressed"], 6);
});

test("what was suppressed last is told when the log is closed", () => {
  const { lines, log } = logCalls({ linesPerSecond: 1 });
  for (let call = 0; call < 3; call++) log.ended(callOf("/s/Say"), { ...ok, code: status.ABORTED });
  log[Symbol.dispose]();
  assert.equal(lines.written.at(-1)?.["suppressed"], 2);
});
