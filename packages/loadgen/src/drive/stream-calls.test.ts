import assert from "node:assert/strict";
import { test } from "node:test";
import type { MessageSource } from "../call/messages.ts";
import type { StreamShape } from "../plan/stream-shape.ts";
import { percentile } from "../record/histogram.ts";
import { createStreamRecorder } from "../record/stream-recorder.ts";
import { scriptedClock } from "../testing/scripted-engine.ts";
import { StreamCalls } from "./stream-calls.ts";

const startMs = 1_000;
/** A number as a message of one byte. */
const messages: MessageSource = {
  bytes: new Uint8Array(1),
  perCall: 1,
  packed: () => messages,
  make(_slot, index) {
    messages.bytes[0] = index;
    return 1;
  },
};
const byNumber: StreamShape["match"] = {
  kind: "field",
  ofRequest: (bytes, start) => bytes[start] as number,
  ofAnswer: (bytes, start) => bytes[start] as number,
};

/** One stream on a clock that the test moves, with a peer that takes what `takes` says. */
function stream(given: Partial<StreamShape>, takes: (number: number) => boolean = () => true) {
  const clock = scriptedClock(startMs);
  const recorder = createStreamRecorder();
  const writtenMs: number[] = [];
  const events: string[] = [];
  const shape: StreamShape = {
    ...{ sends: true, messages: 5, intervalMs: 0, durationMs: Number.POSITIVE_INFINITY },
    ...{ match: { kind: "none" }, matchWords: "none" },
    ...given,
  };
  const note = (what: string) => void events.push(`${what} ${clock.now() - startMs}`);
  const calls = new StreamCalls({
    ...{ shape, messages, clock, recorder, isMeasured: () => true },
    port: {
      write(_tag, bytes) {
        writtenMs.push(clock.now() - startMs);
        return takes(bytes[0] as number);
      },
      finish: () => note("finish"),
      cancel: () => note("cancel"),
    },
  });
  calls.begin(0, 0);
  return {
    ...{ clock, calls, writtenMs, events },
    get recording() {
      return recorder.recording;
    },
    at: (ms: number) => clock.runTo(startMs + ms),
    answer: (number: number) => calls.received(0, Uint8Array.of(number), 0, 1, clock.now()),
  };
}

test("without a pace all messages go at once, and then the stream is done sending", () => {
  const { writtenMs, events } = stream({});
  assert.deepEqual(writtenMs, [0, 0, 0, 0, 0]);
  assert.deepEqual(events, ["finish 0"]);
});

test("with a pace message k is due at the stream's start + k × interval, however late those before it were", () => {
  const { clock, writtenMs, events, recording } = stream({ intervalMs: 10 });
  clock.runTo(startMs + 60, (atMs) => (atMs === startMs + 10 ? 25 : 0));
  assert.deepEqual(writtenMs, [0, 35, 35, 35, 40]);
  assert.deepEqual(events, ["finish 40"]);
  assert.deepEqual([recording.messageLateness.count, recording.messageLateness.maxUs], [5, 25_000]);
});

test("a message that has to wait is late by its wait, and so are those behind it; none is left out", () => {
  const scene = stream({ intervalMs: 10, match: byNumber }, (number) => number !== 1);
  scene.at(35);
  assert.deepEqual(scene.writtenMs, [0, 10]);
  scene.calls.writable(0);
  assert.deepEqual(scene.writtenMs, [0, 10, 35, 35]);
  scene.at(45);
  for (const number of [0, 1, 2, 3, 4]) scene.answer(number);
  assert.equal(scene.calls.end(0, 0), 0);
  const { messageLateness, roundTrip, roundTripWritten, all, unanswered } = scene.recording;
  assert.deepEqual([all.sent, messageLateness.count, messageLateness.maxUs], [5, 5, 25_000]);
  // Message 1: planned at 10, written at 35, answered at 45; message 0 was written at once.
  assert.deepEqual([roundTrip.count, roundTrip.maxUs, roundTrip.minUs], [5, 45_000, 5_000]);
  assert.deepEqual(
    [roundTripWritten.count, roundTripWritten.minUs, percentile(roundTripWritten, 80)],
    [5, 5_000, 10_007],
  );
  assert.equal(unanswered, 0);
});

test("messages that were due and found no room before the end are counted as unsent", () => {
  const scene = stream({ intervalMs: 10, messages: 100, durationMs: 1_000 }, (number) => number !== 1);
  scene.at(95);
  assert.equal(scene.calls.end(0, 14), 14);
  assert.deepEqual([scene.recording.all.sent, scene.recording.unsent], [2, 8]);
});

test("a stream that is to last so long sends no more then", () => {
  const scene = stream({ intervalMs: 10, messages: Number.POSITIVE_INFINITY, durationMs: 45 });
  scene.at(500);
  assert.deepEqual(scene.writtenMs, [0, 10, 20, 30, 40]);
  assert.deepEqual(scene.events, ["finish 45"]);
});

test("a stream without a pace that is to last so long is ended though it cannot write", () => {
  const scene = stream({ messages: Number.POSITIVE_INFINITY, durationMs: 45 }, (number) => number < 3);
  scene.at(500);
  assert.equal(scene.writtenMs.length, 4);
  assert.deepEqual(scene.events, ["finish 45"]);
});

test("an answer is ended after so many messages, or so long, and that is no failure", () => {
  const counted = stream({ sends: false, messages: 2 });
  counted.answer(0);
  assert.deepEqual(counted.events, []);
  counted.answer(1);
  assert.deepEqual(counted.events, ["cancel 0"]);
  assert.equal(counted.calls.end(0, 1), 0);
  const timed = stream({ sends: false, messages: Number.POSITIVE_INFINITY, durationMs: 30 });
  timed.at(40);
  assert.deepEqual(timed.events, ["cancel 30"]);
  assert.equal(timed.calls.end(0, 1), 0);
  assert.deepEqual([counted.recording.answersCut, timed.recording.answersCut], [1, 1]);
});

test("an answer that fails before we end it is a failure", () => {
  const { calls, recording } = stream({ sends: false, messages: 2 });
  assert.equal(calls.end(0, 1), 1);
  assert.equal(recording.answersCut, 0);
});

/** Twenty messages, 10 ms apart, answered after 5 ms each: every tenth never, and of the others 4 and 5 the wrong way round. */
function lossy(match: StreamShape["match"]) {
  const scene = stream({ intervalMs: 10, messages: 20, match });
  for (let number = 0; number < 20; number++) {
    if (number === 5) {
      scene.at(55);
      scene.answer(5);
      scene.answer(4);
    } else if (number !== 4 && number % 10 !== 9) {
      scene.at(10 * number + 5);
      scene.answer(number);
    }
  }
  scene.at(1_000);
  assert.equal(scene.calls.end(0, 0), 0);
  return scene.recording;
}

test("T24: matched by number, lost messages are counted and the round trips of swapped ones are their own", () => {
  const { roundTrip, unanswered, unmatched, uneven } = lossy(byNumber);
  assert.deepEqual([unanswered, unmatched, uneven], [2, 0, 0]);
  assert.deepEqual([roundTrip.count, percentile(roundTrip, 50), roundTrip.maxUs], [18, 5_003, 15_000]);
});

test("T24: matched by order, a stream with other than one answer to each message is flagged", () => {
  const { unanswered, uneven } = lossy({ kind: "fifo" });
  assert.deepEqual([unanswered, uneven], [2, 1]);
});

test("T24: an answer that belongs to no message is counted, and is in no round trip", () => {
  const scene = stream({ match: byNumber });
  scene.answer(1);
  scene.answer(1);
  scene.answer(77);
  scene.calls.end(0, 0);
  const { roundTrip, unmatched, unanswered } = scene.recording;
  assert.deepEqual([roundTrip.count, unmatched, unanswered], [1, 2, 4]);
});

test("messages of one key are answered in their order", () => {
  const scene = stream({ intervalMs: 10, match: { kind: "field", ofRequest: () => 0, ofAnswer: () => 0 } });
  scene.at(45);
  for (let answer = 0; answer < 5; answer++) scene.answer(answer);
  scene.calls.end(0, 0);
  const { roundTrip, unanswered } = scene.recording;
  assert.deepEqual([roundTrip.count, roundTrip.minUs, roundTrip.maxUs, unanswered], [5, 5_000, 45_000, 0]);
});
