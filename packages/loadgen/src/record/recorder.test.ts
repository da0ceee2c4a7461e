import assert from "node:assert/strict";
import { test } from "node:test";
import { expectedCode } from "../drive/engine.ts";
import { statusCode, statusName } from "../report/status-names.ts";
import { createEndpoints } from "./endpoints.ts";
import { createErrorLog, shapeOf } from "./errors.ts";
import { percentile } from "./histogram.ts";
import { createRecorder, gather } from "./recorder.ts";

test("a call is counted once, by its endpoint and its code, in every view", () => {
  const recorder = createRecorder();
  recorder.call(100, 102, 103, 105, 0, 1, "");
  recorder.call(100, 101, 0, 111, 14, 2, "gone");
  const { groups, lateness, firstMessage, errors, all } = recorder.recording;
  assert.deepEqual(
    groups.map(({ endpoint, code, response }) => ({ endpoint, code, count: response.count })),
    [
      { endpoint: 1, code: 0, count: 1 },
      { endpoint: 2, code: 14, count: 1 },
    ],
  );
  assert.equal(gather(groups, "response").maxUs, 11_000);
  assert.equal(gather(groups, "service").maxUs, 10_000);
  assert.equal(gather(groups, "response", ({ code }) => code === 0).maxUs, 5_000);
  assert.equal(lateness.maxUs, 2_000);
  assert.equal(firstMessage.count, 1);
  assert.deepEqual(all, { finished: 2, ok: 1, messages: 1 });
  assert.deepEqual(errors[0]?.samples, [{ atMs: 111, endpoint: 2, message: "gone" }]);
});

test("calls that were expected to fail are good, each kind by itself, and no errors", () => {
  const recorder = createRecorder();
  for (const code of [5, 11, 5]) recorder.call(0, 0, 0, 1, expectedCode(code), 1, "no more");
  recorder.call(0, 0, 0, 1, 5, 2, "no more");
  const { groups, errors, all } = recorder.recording;
  assert.deepEqual(
    groups.map(({ endpoint, code, response }) => [endpoint, statusName(code), response.count]),
    [
      [1, "EXPECTED_NOT_FOUND", 2],
      [1, "EXPECTED_OUT_OF_RANGE", 1],
      [2, "NOT_FOUND", 1],
    ],
  );
  assert.deepEqual([all.finished, all.ok, errors.map(({ count }) => count)], [4, 3, [1]]);
  assert.deepEqual(
    groups.map(({ code }) => statusCode(statusName(code))),
    groups.map(({ code }) => code),
    "names can be read again",
  );
});

test("T15: calls that hit their deadline stay in the view of all calls", () => {
  const recorder = createRecorder();
  for (let call = 0; call < 100; call++) {
    if (call % 10 === 0) recorder.call(0, 0, 0, 1_000, 4, 1, "no answer");
    else recorder.call(0, 0, 1, 1, 0, 1, "");
  }
  const { groups } = recorder.recording;
  assert.ok(percentile(gather(groups, "response"), 95) >= 1_000_000);
  assert.ok(
    percentile(
      gather(groups, "response", ({ code }) => code === 0),
      95,
    ) <= 1_001,
  );
});

test("T27: the codes add up to the calls, also those that no specification knows", () => {
  const recorder = createRecorder();
  for (const code of [0, 1, 16, 17, 99, 4_000_000]) recorder.call(0, 0, 0, 1, code, 0, "");
  assert.equal(gather(recorder.recording.groups, "response").count, 6);
});

test("T29: what ends in the drain is recorded, but is not in the window that rates are made of", () => {
  const recorder = createRecorder();
  recorder.call(0, 0, 4, 5, 0, 1, "");
  recorder.planEnded();
  recorder.call(0, 0, 6, 7, 0, 1, "");
  assert.deepEqual(recorder.recording.inWindow, { finished: 1, ok: 1, messages: 1 });
  assert.deepEqual(recorder.recording.all, { finished: 2, ok: 2, messages: 2 });
});

test("an interval holds what ended since the last one", () => {
  const recorder = createRecorder();
  recorder.call(0, 0, 0, 5, 0, 1, "");
  recorder.call(0, 0, 0, 7, 14, 1, "");
  const read = () => recorder.takeInterval(({ ok, failed, response }) => [ok, failed, response.count, response.maxUs]);
  assert.deepEqual(read(), [1, 1, 2, 7_000]);
  assert.deepEqual(read(), [0, 0, 0, 0]);
});

test("T38: a million different error texts take a bounded place", () => {
  const log = createErrorLog();
  const word = (index: number) =>
    `${String.fromCharCode(97 + (index % 26))}${String.fromCharCode(97 + ((index / 26) % 26))}`;
  const fail = (from: number, to: number) => {
    for (let index = from; index < to; index++) log.add(13, `failed ${word(index)} at ${index}`, index, 1);
  };
  fail(0, 200_000); // By then the heap is as large as texts that come and go make it.
  const before = process.memoryUsage().rss;
  fail(200_000, 1_000_000);
  const grownBytes = process.memoryUsage().rss - before;
  assert.ok(grownBytes < 20e6, `${grownBytes}`);
  const kinds = log.list();
  assert.ok(kinds.length <= 51);
  assert.ok(kinds.every(({ samples }) => samples.length <= 3));
  assert.equal(
    kinds.reduce((sum, { count }) => sum + count, 0),
    1_000_000,
  );
});

test("messages that differ only in numbers and ids are one kind of error", () => {
  assert.equal(
    shapeOf("call 17 of 6f1ae2a3-0000-4000-8000-00000000beef took 2.5s at 0xff"),
    shapeOf("call 9 of 00000000-0000-4000-8000-000000000000 took 11s at 0x0"),
  );
});

test("T39: ten million calls add less than 10 MB after the first million", () => {
  const recorder = createRecorder();
  const make = (count: number) => {
    for (let call = 0; call < count; call++) {
      const tookMs = (call % 1_000) / 10;
      recorder.call(call, call, call + tookMs, call + tookMs, call % 100 === 0 ? 14 : 0, 1 + (call % 5), "unavailable");
    }
  };
  make(1_000_000);
  const before = process.memoryUsage().rss;
  make(10_000_000);
  assert.ok(process.memoryUsage().rss - before < 10e6);
});

test("an endpoint keeps its number, and its name once it has one", () => {
  const endpoints = createEndpoints();
  const one = endpoints.numberOf("10.0.0.1:9999");
  assert.equal(endpoints.numberOf("10.0.0.1:9999"), one);
  assert.notEqual(endpoints.numberOf("10.0.0.2:9999"), one);
  assert.equal(endpoints.isNameless(one), true);
  endpoints.name(one, "server-1");
  endpoints.name(one, "another");
  assert.deepEqual(endpoints.list()[one], { address: "10.0.0.1:9999", name: "server-1" });
});

test("addresses without end take a bounded place", () => {
  const endpoints = createEndpoints();
  for (let index = 0; index < 5_000; index++) endpoints.numberOf(`10.0.0.1:${index}`);
  assert.ok(endpoints.list().length <= 1_001);
});
