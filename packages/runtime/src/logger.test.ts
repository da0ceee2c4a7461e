import assert from "node:assert/strict";
import { test } from "node:test";
import { createLogger, type LoggerOptions } from "./logger.ts";

function capture(options: Partial<LoggerOptions> = {}) {
  const written: string[] = [];
  const destination = { write: (chunk: unknown) => written.push(String(chunk)) > 0 };
  const logger = createLogger({ name: "hey-x", level: "info", destination, pretty: false, ...options });
  return { logger, written, last: (): Record<string, unknown> => JSON.parse(written.at(-1) ?? "") };
}

test("a line is one JSON object with level, time, name, the event's fields and the message", () => {
  const { logger, written, last } = capture();
  logger.info({ event: "listening", address: "127.0.0.1:1" }, "listening");
  assert.match(written[0] ?? "", /^\{[^\n]*\}\n$/);
  const { time, ...rest } = last();
  assert.match(String(time), /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
  assert.deepEqual(rest, {
    level: "info",
    name: "hey-x",
    event: "listening",
    address: "127.0.0.1:1",
    msg: "listening",
  });
});

test("a line is written before the call returns", () => {
  const { logger, written } = capture();
  logger.info("now");
  assert.equal(written.length, 1);
});

test("lines under the level are not written", () => {
  const { logger, written } = capture({ level: "warn" });
  logger.info("no");
  logger.warn("yes");
  assert.equal(written.length, 1);
});

test("a bigint is written exactly, as text, wherever it stands", () => {
  const big = 9_007_199_254_740_993n;
  const { logger, last } = capture();
  logger.info({ big, nested: { list: [{ big }] }, err: Object.assign(new Error("x"), { big }) }, "%s", big);
  const line = last();
  assert.equal(line["big"], String(big));
  assert.deepEqual(line["nested"], { list: [{ big: String(big) }] });
  assert.equal((line["err"] as { big: unknown }).big, String(big));
  assert.equal(line["msg"], String(big));
  logger
    .child({ big })
    .child({ deep: [big] })
    .info("from a child");
  assert.equal(last()["big"], String(big));
  assert.deepEqual(last()["deep"], [String(big)]);
});

test("a bigint in a circle, or in an argument of a message, does not throw", () => {
  const { logger, last } = capture();
  const circle: Record<string, unknown> = { big: 5n };
  circle["self"] = circle;
  logger.info({ circle }, "%j %o %s", { a: 1n }, { b: 2n }, 3n);
  assert.deepEqual(last()["circle"], { big: 5, self: "[Circular]" });
});

test("an error is written with type, message, stack and its cause, under any name and at any depth", () => {
  const { logger, last } = capture();
  const error = new TypeError("outer", { cause: new Error("inner") });
  for (const fields of [{ err: error }, { failure: error }, { deep: [error] }]) {
    logger.error(fields, "failed");
    const [written] = [last()["err"], last()["failure"], last()["deep"]].flat().filter((value) => value !== undefined);
    const { type, message, stack } = written as { type: string; message: string; stack: string };
    assert.equal(type, "TypeError");
    assert.match(message, /^outer/);
    assert.match(stack, /logger\.test\.ts/);
    assert.match(stack, /caused by: Error: inner/);
  }
});

test("a value that cannot be made into JSON does not throw", () => {
  const { logger, written } = capture();
  const bad = {
    toJSON() {
      throw new Error("no");
    },
  };
  logger.info({ bad }, "still written");
  assert.match(written[0] ?? "", /still written/);
});

test("a pretty line is for reading: time, level, message, fields; an event without message stands for it", () => {
  const { logger, written } = capture({ pretty: true, colour: false });
  logger.info({ event: "listening", address: "127.0.0.1:1", big: 5n }, "listening now");
  logger.info({ event: "quiet" });
  assert.match(
    written[0] ?? "",
    /^\[\d\d:\d\d:\d\d\.\d{3}\] INFO: listening now \{"address":"127\.0\.0\.1:1","big":"5"\}\n$/,
  );
  assert.match(written[1] ?? "", /INFO: quiet/);
});

test("a pretty line has colours, unless none are wanted", () => {
  const [coloured, plain] = [capture({ pretty: true }), capture({ pretty: true, colour: false })];
  coloured.logger.info("x");
  plain.logger.info("x");
  assert.ok(coloured.written[0]?.includes("\u001b["));
  assert.ok(!plain.written[0]?.includes("\u001b["));
});
