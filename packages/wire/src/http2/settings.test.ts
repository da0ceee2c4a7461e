import assert from "node:assert/strict";
import { test } from "node:test";
import { Status } from "../index.ts";
import { pair } from "../testing/pair.ts";
import { answer, settings } from "../testing/peer-frames.ts";
import { RecordingSink } from "../testing/recording-sink.ts";
import { Flag, FrameType } from "./frame.ts";

const limit = { timeout: 10_000 };
const isHeaders = ({ type }: { type: number }) => type === FrameType.HEADERS;

test("headers over the peer's list size are refused here, and the connection goes on", limit, async () => {
  await using both = await pair({}, settings([[6, 700]]));
  const { connection, far } = both;
  const sink = new RecordingSink();
  const request = connection.prepare({ path: "/a.B/C", metadata: [["x-long", "x".repeat(400)]] });
  assert.notEqual(connection.unary(request, sink, 1, Buffer.alloc(0)), 0);
  const ended = await sink.ended(1);
  assert.equal(ended.code, Status.RESOURCE_EXHAUSTED);
  assert.match(ended.details, /takes headers of 700 bytes, the call has 8\d\d/);
  connection.unary(connection.prepare({ path: "/a.B/C" }), sink, 2, Buffer.alloc(0));
  const call = await far.nextCall();
  far.send(answer(call, "ok"));
  assert.equal((await sink.ended(2)).code, Status.OK);
});

test(
  "a call refused for its headers is cancelled without a word to the peer, who does not know it",
  limit,
  async () => {
    await using both = await pair({}, settings([[6, 700]]));
    const { connection, far } = both;
    const sink = new RecordingSink();
    const large = connection.prepare({ path: "/a.B/C", metadata: [["x-large", "x".repeat(700)]] });
    connection.cancel(connection.unary(large, sink, 1, Buffer.alloc(0)), "not wanted");
    assert.equal((await sink.ended(1)).details, "not wanted");
    connection.unary(connection.prepare({ path: "/a.B/C" }), sink, 2, Buffer.alloc(0));
    const call = await far.nextCall();
    assert.deepEqual(
      far.frames.filter(({ type }) => type === FrameType.RST_STREAM),
      [],
    );
    far.send(answer(call, "x"));
    assert.equal((await sink.ended(2)).code, Status.OK);
  },
);

test("the limit of concurrent streams is kept when it falls and rises, and is reported", limit, async () => {
  const rooms: number[] = [];
  let room = () => 0;
  const events = { onRoom: () => void rooms.push(room()) };
  await using both = await pair({ events }, settings([[3, 2]]));
  const { connection, far } = both;
  room = () => connection.room;
  const sink = new RecordingSink();
  const request = connection.prepare({ path: "/a.B/C" });
  const start = (tag: number) => connection.unary(request, sink, tag, Buffer.alloc(0));
  assert.deepEqual([start(1), start(2), start(3)], [1, 3, 0]);
  assert.deepEqual([connection.room, connection.active, connection.limit], [0, 2, 2]);
  far.send(settings([[3, 1]]), answer(1, "a"));
  await sink.ended(1);
  assert.equal(start(3), 0);
  assert.deepEqual(rooms, []);
  far.send(answer(3, "b"));
  await sink.ended(2);
  assert.deepEqual(rooms, [1]);
  assert.equal(start(3), 5);
  assert.equal(start(4), 0);
  far.send(settings([[3, 5]]));
  await far.next(({ type, flags }) => type === FrameType.SETTINGS && flags === Flag.ACK);
  far.send(answer(5, "c"));
  await sink.ended(3);
  assert.deepEqual(rooms, [1, 4]);
  assert.equal(connection.statistics.limitReached, 3);
});

test("a smaller header table of the peer's is announced in the next block", limit, async () => {
  await using both = await pair();
  const { connection, far } = both;
  const sink = new RecordingSink();
  const request = connection.prepare({ path: "/a.B/C" });
  connection.unary(request, sink, 1, Buffer.alloc(0));
  far.send(settings([[1, 0]]), answer(1, "x"));
  await sink.ended(1);
  connection.unary(request, sink, 2, Buffer.alloc(0));
  await far.nextCall();
  const second = await far.next(({ type }) => type === FrameType.HEADERS);
  assert.equal(second.payload[0], 0x20);
  assert.ok(second.payload.includes("/a.B/C") || second.payload.length > 60);
});

test("two sizes of the header table in one SETTINGS are both announced, the smallest first", limit, async () => {
  await using both = await pair();
  const { connection, far } = both;
  const sink = new RecordingSink();
  const request = connection.prepare({ path: "/a.B/C" });
  connection.unary(request, sink, 1, Buffer.alloc(0));
  const [first, sizes] = [
    await far.next(isHeaders),
    settings([
      [1, 0],
      [1, 4096],
    ]),
  ];
  far.send(sizes, answer(first.streamId, "x"));
  await sink.ended(1);
  connection.unary(request, sink, 2, Buffer.alloc(0));
  const second = await far.next(isHeaders);
  assert.equal(second.payload.toString("hex", 0, 4), "203fe11f");
  assert.deepEqual(second.payload.subarray(4), first.payload, "the table is empty again");

  far.send(settings([[3, 100]]), answer(second.streamId, "y"));
  await sink.ended(2);
  connection.unary(request, sink, 3, Buffer.alloc(0));
  const third = await far.next(isHeaders);
  assert.equal(third.payload.length, request.fields.length, "every field is in the table, and no size is announced");
});

test("our own limits are told in the first SETTINGS", limit, async () => {
  await using both = await pair({ streamWindowBytes: 70_000, maxHeaderListBytes: 5000 });
  const { far } = both;
  const { payload } = await far.next(({ type }) => type === FrameType.SETTINGS);
  const told = Array.from({ length: payload.length / 6 }, (_, index) => [
    payload.readUInt16BE(index * 6),
    payload.readUInt32BE(index * 6 + 2),
  ]);
  assert.deepEqual(Object.fromEntries(told), { 2: 0, 4: 70_000, 6: 5000 });
});
