import assert from "node:assert/strict";
import { test } from "node:test";
import { Flag, FrameType } from "./http2/frame.ts";
import { type CallSink, callUnary, Status } from "./index.ts";
import { pair } from "./testing/pair.ts";
import { frame, settings } from "./testing/peer-frames.ts";

const limit = { timeout: 10_000 };
const identity = (bytes: Buffer) => bytes;
const method = { path: "/a.B/C", requestSerialize: identity, responseDeserialize: identity };

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

test("what we cancel and ask ourselves is no flood: it waits for a peer that does not read, and throws nothing", {
  timeout: 30_000,
}, async () => {
  await using both = await pair();
  const { connection, far } = both;
  far.socket.pause();
  let cancelled = 0;
  const sink: CallSink = {
    onHeaders() {},
    onMessage() {},
    onWritable() {},
    onEnd: (_tag, code) => {
      if (code === Status.CANCELLED) cancelled++;
    },
  };
  const request = connection.prepare({ path: "/a.B/C" });
  const calls: number[] = [];
  // Two turns of the loop without room: the kernel takes no more.
  for (let full = 0; full < 2; ) {
    const before = calls.length;
    for (let call = connection.open(request, sink, 0); call !== 0; call = connection.open(request, sink, 0)) {
      calls.push(call);
      if (calls.length % 1000 === 0) break;
    }
    full = calls.length === before ? full + 1 : 0;
    await new Promise((resolve) => setImmediate(resolve));
  }
  assert.ok(calls.length > 81_000, `${calls.length} calls, whose resets do not reach the limit of a flood`);
  for (const call of calls) connection.cancel(call);
  const pong = connection.ping();
  assert.equal(cancelled, calls.length);
  assert.equal(connection.state, "open");

  far.send(frame(FrameType.PING, 0, 0, "0102030405060708"));
  far.socket.resume();
  const asked = await far.next(({ type, flags }) => type === FrameType.PING && flags !== Flag.ACK);
  await far.next(({ type, flags }) => type === FrameType.PING && flags === Flag.ACK);
  assert.equal(far.frames.filter(({ type }) => type === FrameType.RST_STREAM).length, calls.length);
  far.send(frame(FrameType.PING, Flag.ACK, 0, asked.payload));
  assert.ok((await pong) > 0);
});

test("keepalive gives up a connection that went silent", limit, async () => {
  await using both = await pair({ keepalive: { intervalMs: 10, timeoutMs: 20, withoutCalls: false } });
  const { connection, far } = both;
  const call = callUnary(connection, method, Buffer.alloc(0));
  await assert.rejects(call, { code: Status.UNAVAILABLE, details: /keepalive ping within 20 ms/ });
  assert.equal(connection.closedBy?.fault, "silent");
  await far.next(({ type }) => type === FrameType.PING);
});

test("keepalive leaves a connection alone whose peer answers, and asks again after the interval", limit, async () => {
  await using both = await pair({ keepalive: { intervalMs: 5, timeoutMs: 60_000, withoutCalls: true } });
  const { connection, far } = both;
  for (let pings = 0; pings < 3; pings++) {
    const ping = await far.next(({ type }) => type === FrameType.PING);
    far.send(frame(FrameType.PING, Flag.ACK, 0, ping.payload));
  }
  assert.equal(connection.state, "open");
});

test("keepalive asks nothing while no call is in flight, unless it is told to", limit, async () => {
  const options = { intervalMs: 5, timeoutMs: 5000 };
  await using asked = await pair({ keepalive: { ...options, withoutCalls: true } });
  await using left = await pair({ keepalive: { ...options, withoutCalls: false } });
  const isPing = ({ type }: { type: number }) => type === FrameType.PING;
  for (let pings = 0; pings < 5; pings++) {
    const ping = await asked.far.next(isPing);
    asked.far.send(frame(FrameType.PING, Flag.ACK, 0, ping.payload));
  }
  assert.deepEqual(left.far.frames.filter(isPing), []);
  const call = callUnary(left.connection, method, Buffer.alloc(0));
  call.catch(() => {});
  await left.far.next(isPing);
});
