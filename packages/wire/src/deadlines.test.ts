import assert from "node:assert/strict";
import { test } from "node:test";
import { onReset } from "./answers.ts";
import { Calls } from "./calls.ts";
import { Deadlines } from "./deadlines.ts";
import { ErrorCode } from "./http2/error-code.ts";
import { FrameType } from "./http2/frame.ts";
import { Output } from "./http2/output.ts";
import { ConnectionError, callUnary, connect, Status } from "./index.ts";
import { prepareRequest } from "./request.ts";
import { freeStream, type Stream } from "./stream.ts";
import { StreamTable } from "./stream-table.ts";
import { pair } from "./testing/pair.ts";
import { answer, data, head, message, reset, settings, trailers } from "./testing/peer-frames.ts";
import { RecordingSink } from "./testing/recording-sink.ts";
import { startPeer } from "./testing/scripted-peer.ts";

const limit = { timeout: 10_000 };
const identity = (bytes: Buffer) => bytes;
const method = { path: "/a.B/C", requestSerialize: identity, responseDeserialize: identity };

test("a deadline passes while the server is silent: RST_STREAM, and late frames are ignored", limit, async () => {
  await using both = await pair();
  const { connection, far } = both;
  const sink = new RecordingSink();
  const request = connection.prepare({ path: "/a.B/C", timeoutMs: 20 });
  for (let tag = 1; tag <= 50; tag++) connection.unary(request, sink, tag, Buffer.alloc(0));
  const before = performance.now();
  for (let tag = 1; tag <= 50; tag++) assert.equal((await sink.ended(tag)).code, Status.DEADLINE_EXCEEDED);
  assert.ok(performance.now() - before < 5000);
  const sent = await far.next(({ type }) => type === FrameType.RST_STREAM);
  assert.equal(sent.payload.readUInt32BE(), ErrorCode.CANCEL);
  far.send(head(1), data(1, message("late")), trailers(1), reset(3, ErrorCode.CANCEL), answer(5, "late"));
  const next = callUnary(connection, method, Buffer.alloc(0));
  const id = (await far.next(({ type, streamId }) => type === FrameType.HEADERS && streamId > 99)).streamId;
  far.send(answer(id, "in time"));
  assert.equal((await next).toString(), "in time");
  assert.deepEqual(sink.messages(1), []);
});

test("a server that cancels a call whose deadline has passed here, too, has ended it by the deadline", async () => {
  let nowMs = 0;
  const calls = new Calls(
    new StreamTable(),
    new Output({ write() {} }),
    () => nowMs,
    () => {},
  );
  const sink = new RecordingSink();
  const request = prepareRequest(
    { scheme: "http", authority: "a", userAgent: "b" },
    { path: "/a.B/C", timeoutMs: 1000 },
  );
  const [early, late, refused] = [1, 2, 3].map((tag) => calls.begin(request, sink, tag)) as [Stream, Stream, Stream];
  nowMs = 999;
  onReset(calls, early, ErrorCode.CANCEL);
  nowMs = 1000;
  onReset(calls, late, ErrorCode.CANCEL);
  onReset(calls, refused, ErrorCode.REFUSED_STREAM);
  calls.stop();
  assert.equal((await sink.ended(1)).code, Status.CANCELLED);
  assert.equal((await sink.ended(2)).code, Status.DEADLINE_EXCEEDED);
  assert.equal((await sink.ended(3)).code, Status.UNAVAILABLE);
});

test("a short deadline is seen although a long one was there first", limit, async () => {
  await using both = await pair();
  const { connection } = both;
  const sink = new RecordingSink();
  connection.unary(connection.prepare({ path: "/a.B/C", timeoutMs: 60_000 }), sink, 1, Buffer.alloc(0));
  connection.unary(connection.prepare({ path: "/a.B/C", timeoutMs: 5 }), sink, 2, Buffer.alloc(0));
  assert.match((await sink.ended(2)).details, /no answer within 5 ms/);
  assert.equal(connection.active, 1);
});

test("the deadline of a call that waits for room passes", limit, async () => {
  await using both = await pair({ maxConcurrentCalls: 1 });
  const first = callUnary(both.connection, method, Buffer.alloc(0));
  first.catch(() => {});
  await assert.rejects(callUnary(both.connection, method, Buffer.alloc(0), { timeoutMs: 20 }), {
    code: Status.DEADLINE_EXCEEDED,
    details: /no room for the call within 20 ms: the server allows 1 at once/,
  });
});

test("a time that no timer reaches is waited for: for room, for the connection, between pings", limit, async () => {
  for (const longMs of [Number.POSITIVE_INFINITY, 30 * 24 * 3_600_000]) {
    await using peer = await startPeer();
    const connecting = connect({
      target: peer.target,
      maxConcurrentCalls: 1,
      connectTimeoutMs: longMs,
      keepalive: { intervalMs: longMs, timeoutMs: 1000, withoutCalls: true },
    });
    const far = await peer.accept();
    await assert.rejects(connect({ target: peer.target, connectTimeoutMs: 20 }), ConnectionError);
    far.send(settings());
    const connection = await connecting;

    const first = callUnary(connection, method, Buffer.alloc(0));
    const long = callUnary(connection, method, Buffer.alloc(0), { timeoutMs: longMs });
    const short = callUnary(connection, method, Buffer.alloc(0), { timeoutMs: 20 });
    await assert.rejects(short, { code: Status.DEADLINE_EXCEEDED });
    far.send(answer(await far.nextCall(), "first"));
    assert.equal(String(await first), "first");
    far.send(answer(await far.nextCall(), "long"));
    assert.equal(String(await long), "long");
    assert.deepEqual(
      far.frames.filter(({ type }) => type === FrameType.PING),
      [],
    );
    connection.destroy();
  }
});

for (const timeoutMs of [Number.NaN, -5]) {
  test(`a time-out of ${timeoutMs} ms is refused`, limit, async () => {
    await using both = await pair();
    const { connection } = both;
    const refused = { name: "TypeError", message: `a timeoutMs is 0 or more, got ${timeoutMs}` };
    assert.throws(() => connection.prepare({ path: "/a.B/C", timeoutMs }), refused);
    assert.throws(() => connection.derive(connection.prepare({ path: "/a.B/C" }), { timeoutMs }), refused);
    await assert.rejects(callUnary(connection, method, Buffer.alloc(0), { timeoutMs }), refused);
  });
}

test("looking for deadlines that have passed takes no more than about a tenth of the time", limit, async () => {
  const startMs = performance.now();
  const request = prepareRequest({ scheme: "http", authority: "a", userAgent: "b" }, { path: "/a.B/C" });
  const streams = Array.from({ length: 200 }, (_, index) => ({
    ...freeStream(request),
    id: index + 1,
    deadlineMs: startMs + index + 1,
  }));
  const left = new Set(streams);
  const allEnded = Promise.withResolvers<void>();
  let looks = 0;
  const look = () => {
    looks++;
    // As many streams as take 2 ms to look through.
    for (const untilMs = performance.now() + 2; performance.now() < untilMs; );
    return [...left];
  };
  const expire = (stream: Stream) => {
    left.delete(stream as (typeof streams)[number]);
    if (left.size === 0) allEnded.resolve();
  };
  const deadlines = new Deadlines(look, expire, () => performance.now());
  for (const { deadlineMs } of streams) deadlines.add(deadlineMs);
  const waiting = setTimeout(() => {}, 5000);
  await allEnded.promise;
  clearTimeout(waiting);
  assert.ok(looks < 25, `${looks} looks of 2 ms in 200 ms`);
});
