import assert from "node:assert/strict";
import { test } from "node:test";
import { ErrorCode } from "./http2/error-code.ts";
import { Flag, FrameType } from "./http2/frame.ts";
import { type Connection, type ConnectionError, type ConnectOptions, callUnary, connect, Status } from "./index.ts";
import { answer, data, frame, goAway, head, message, reset, settings, trailers } from "./testing/peer-frames.ts";
import { RecordingSink } from "./testing/recording-sink.ts";
import { type PeerConnection, startPeer } from "./testing/scripted-peer.ts";

const limit = { timeout: 10_000 };
const identity = (bytes: Buffer) => bytes;
const method = { path: "/a.B/C", requestSerialize: identity, responseDeserialize: identity };

interface Pair extends AsyncDisposable {
  readonly connection: Connection;
  readonly far: PeerConnection;
}

async function pair(options: Omit<ConnectOptions, "target"> = {}): Promise<Pair> {
  const peer = await startPeer();
  const connecting = connect({ target: peer.target, ...options });
  const far = await peer.accept();
  far.send(settings());
  const connection = await connecting;
  return {
    connection,
    far,
    async [Symbol.asyncDispose]() {
      connection.destroy();
      await peer[Symbol.asyncDispose]();
    },
  };
}

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
    far.send(goAway(0x7fff_ffff, ErrorCode.NO_ERROR), goAway(3, ErrorCode.NO_ERROR, "max age"));
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

test("pings and settings are answered", limit, async () => {
  await using both = await pair();
  const { far } = both;
  far.send(frame(FrameType.PING, 0, 0, "0102030405060708"), settings([[3, 7]]));
  const pong = await far.next(({ type, flags }) => type === FrameType.PING && flags === Flag.ACK);
  assert.equal(pong.payload.toString("hex"), "0102030405060708");
  await far.next(({ type, flags }) => type === FrameType.SETTINGS && flags === Flag.ACK);
});

for (const [what, flood] of [
  ["pings", frame(FrameType.PING, 0, 0, Buffer.alloc(8))],
  ["settings", settings()],
] as const) {
  test(`a flood of ${what} by a peer that does not read ends in an error, not in memory`, {
    timeout: 30_000,
  }, async () => {
    const closed = Promise.withResolvers<unknown>();
    await using both = await pair({ events: { onClosed: closed.resolve } });
    both.far.socket.pause();
    const many = Buffer.concat(Array.from({ length: 20_000 }, () => flood));
    let over = false;
    const ended = closed.promise.then((reason) => {
      over = true;
      return reason;
    });
    while (!over && !both.far.socket.destroyed) {
      await Promise.race([ended, new Promise<void>((resolve) => both.far.socket.write(many, () => resolve()))]);
    }
    assert.match(String(await ended), /expected the peer to read our answers/);
  });
}

test("keepalive gives up a connection that went silent", limit, async () => {
  await using both = await pair({ keepalive: { intervalMs: 10, timeoutMs: 20, withoutCalls: false } });
  const { connection, far } = both;
  const call = callUnary(connection, method, Buffer.alloc(0));
  await assert.rejects(call, { code: Status.UNAVAILABLE, details: /keepalive ping within 20 ms/ });
  assert.equal(connection.closedBy?.fault, "silent");
  await far.next(({ type }) => type === FrameType.PING);
});

test("keepalive leaves a connection alone whose peer answers", limit, async () => {
  await using both = await pair({ keepalive: { intervalMs: 5, timeoutMs: 1000, withoutCalls: true } });
  const { connection, far } = both;
  for (let pings = 0; pings < 3; pings++) {
    const ping = await far.next(({ type }) => type === FrameType.PING);
    far.send(frame(FrameType.PING, Flag.ACK, 0, ping.payload));
  }
  assert.equal(connection.state, "open");
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
