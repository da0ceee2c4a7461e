import assert from "node:assert/strict";
import { test } from "node:test";
import { ErrorCode } from "./http2/error-code.ts";
import { FrameType } from "./http2/frame.ts";
import { type ConnectionError, callUnary, Status } from "./index.ts";
import { pair } from "./testing/pair.ts";
import { answer, data, goAway, head, message, settings, trailers, windowUpdate } from "./testing/peer-frames.ts";
import { RecordingSink } from "./testing/recording-sink.ts";

const limit = { timeout: 10_000 };
const identity = (bytes: Buffer) => bytes;
const method = { path: "/a.B/C", requestSerialize: identity, responseDeserialize: identity };

test(
  "GOAWAY: calls above its last id are safe to retry, those below go on, then the connection closes",
  limit,
  async () => {
    const draining = Promise.withResolvers<string>();
    await using both = await pair({ events: { onDraining: draining.resolve } });
    const { connection, far } = both;
    const sink = new RecordingSink();
    const request = connection.prepare({ path: "/a.B/C" });
    for (let tag = 1; tag <= 3; tag++) connection.unary(request, sink, tag, Buffer.alloc(0));
    for (let call = 1; call <= 3; call++) await far.nextCall();
    // As servers do that close gently: first an announcement, then the real last id.
    // The reserved bit before it means nothing.
    far.send(goAway(0x7fff_ffff, ErrorCode.NO_ERROR), goAway(0x8000_0003, ErrorCode.NO_ERROR, "max age"));
    const lost = await sink.ended(3);
    assert.deepEqual([lost.code, lost.retrySafe], [Status.UNAVAILABLE, true]);
    assert.match(lost.details, /GOAWAY NO_ERROR, "max age"$/);
    assert.match(await draining.promise, /GOAWAY NO_ERROR$/);
    assert.equal(connection.state, "draining");
    assert.equal(connection.unary(request, sink, 4, Buffer.alloc(0)), 0);
    await assert.rejects(callUnary(connection, method, Buffer.alloc(0)), { code: Status.UNAVAILABLE, retrySafe: true });
    far.send(answer(3, "b"), answer(1, "a"));
    assert.deepEqual((await sink.ended(1)).messages, ["a"]);
    assert.deepEqual((await sink.ended(2)).messages, ["b"]);
    await connection.close();
    assert.equal(connection.closedBy?.fault, "lost");
  },
);

test("GOAWAY on an idle connection closes it", limit, async () => {
  const closed = Promise.withResolvers<ConnectionError | undefined>();
  await using both = await pair({ events: { onClosed: closed.resolve } });
  both.far.send(goAway(0, ErrorCode.ENHANCE_YOUR_CALM, "too_many_pings"));
  const reason = await closed.promise;
  assert.match(reason?.message ?? "", /GOAWAY ENHANCE_YOUR_CALM, "too_many_pings"/);
  assert.equal(both.connection.closedBy, reason);
});

test("close waits for the calls in flight and takes no new ones", limit, async () => {
  await using both = await pair();
  const { connection, far } = both;
  const call = callUnary(connection, method, Buffer.alloc(0));
  const closed = connection.close();
  await assert.rejects(callUnary(connection, method, Buffer.alloc(0)), { code: Status.UNAVAILABLE });
  far.send(answer(await far.nextCall(), "late"));
  assert.equal((await call).toString(), "late");
  await closed;
  assert.equal((await far.next(({ type }) => type === FrameType.GOAWAY)).payload.readUInt32BE(4), ErrorCode.NO_ERROR);
});

for (const how of ["end", "destroy", "resetAndDestroy"] as const) {
  test(`a connection lost by ${how} ends its calls, also those that wait for room`, limit, async () => {
    await using both = await pair({ maxConcurrentCalls: 1 });
    const { connection, far } = both;
    const first = assert.rejects(callUnary(connection, method, Buffer.alloc(0)), {
      code: Status.UNAVAILABLE,
      retrySafe: false,
    });
    const waiting = assert.rejects(callUnary(connection, method, Buffer.alloc(0)), {
      code: Status.UNAVAILABLE,
      retrySafe: true,
    });
    const ping = assert.rejects(connection.ping(), { name: "ConnectionError", fault: "lost" });
    await far.nextCall();
    far.socket[how]();
    await Promise.all([first, waiting, ping]);
    assert.equal(connection.state, "closed");
  });
}

test("a connection cut within a frame says so", limit, async () => {
  await using both = await pair();
  const { connection, far } = both;
  const call = assert.rejects(
    callUnary(connection, method, Buffer.alloc(0)),
    /after 7 bytes of a frame that is not whole/,
  );
  const id = await far.nextCall();
  far.socket.end(head(id).subarray(0, 7));
  await call;
});

test("a server's answer before the request has ended resets the rest of the request", limit, async () => {
  await using both = await pair();
  const { connection, far } = both;
  const sink = new RecordingSink();
  const call = connection.open(connection.prepare({ path: "/a.B/C" }), sink, 1);
  connection.send(call, Buffer.from("first"));
  await far.nextCall();
  far.send(head(call), trailers(call, { "grpc-status": "8" }));
  assert.equal((await sink.ended(1)).code, Status.RESOURCE_EXHAUSTED);
  assert.equal(
    (await far.next(({ type }) => type === FrameType.RST_STREAM)).payload.readUInt32BE(),
    ErrorCode.NO_ERROR,
  );
  assert.equal(connection.send(call, Buffer.from("more")), true);
  connection.finish(call);
});

test("calls may be started, cancelled and the connection destroyed from within callbacks", limit, async () => {
  await using both = await pair();
  const { connection, far } = both;
  const request = connection.prepare({ path: "/a.B/C" });
  const log: string[] = [];
  const done = Promise.withResolvers<void>();
  let other = 0;
  const sink = {
    onHeaders: (tag: number) => void log.push(`headers ${tag}`),
    onMessage(tag: number) {
      log.push(`message ${tag}`);
      if (tag === 1) connection.cancel(other);
      if (tag === 1) connection.cancel(1);
    },
    onEnd(tag: number, code: number) {
      log.push(`end ${tag} ${code}`);
      if (tag === 1) connection.unary(request, sink, 3, Buffer.alloc(0));
      if (tag === 3) connection.destroy();
      if (tag === 4) done.resolve();
    },
    onWritable() {},
  };
  assert.equal(connection.unary(request, sink, 1, Buffer.alloc(0)), 1);
  other = connection.unary(request, sink, 2, Buffer.alloc(0));
  connection.unary(request, sink, 4, Buffer.alloc(0));
  await far.nextCall();
  far.send(head(1), data(1, Buffer.concat([message("a"), message("b")])), trailers(1), answer(other, "x"));
  far.send(
    answer((await far.next(({ type, streamId }) => type === FrameType.HEADERS && streamId === 7)).streamId, "y"),
  );
  await done.promise;
  assert.deepEqual(log, [
    "headers 1",
    "message 1",
    "end 2 1",
    "end 1 1",
    "headers 3",
    "message 3",
    "end 3 0",
    "end 4 14",
  ]);
});

test("a peer that does not read holds the socket no longer than a moment after the end", limit, async () => {
  await using both = await pair({}, settings([[4, 0x7fff_ffff]]));
  const { connection, far } = both;
  far.send(windowUpdate(0, 0x7fff_0000));
  const request = connection.prepare({ path: "/a.B/C" });
  const call = connection.open(request, new RecordingSink(), 1);
  await far.nextCall();
  far.socket.pause();
  // Two turns of the loop without room: the kernel takes no more.
  for (let full = 0; full < 2; full = connection.room === 0 ? full + 1 : 0) {
    if (connection.room > 0) connection.send(call, Buffer.alloc(100_000));
    await new Promise((resolve) => setImmediate(resolve));
  }
  connection.destroy();
  await connection.close();
});

for (const name of ["onHeaders", "onTrailers"] as const) {
  test(`an ${name} that throws ends its own call, and the others go on`, limit, async () => {
    await using both = await pair();
    const { connection, far } = both;
    const cause = new Error("not what I wanted");
    const options = {
      [name]: () => {
        throw cause;
      },
    };
    const unary = assert.rejects(callUnary(connection, method, Buffer.alloc(0), options), {
      code: Status.INTERNAL,
      details: `${name} threw: not what I wanted`,
      cause,
    });
    const other = callUnary(connection, method, Buffer.alloc(0));
    far.send(answer(await far.nextCall(), "a"), answer(await far.nextCall(), "b"));
    await unary;
    assert.equal(String(await other), "b");
    assert.equal(connection.active, 0);
  });
}
