import assert from "node:assert/strict";
import { test } from "node:test";
import { pair } from "../testing/pair.ts";
import { RecordingSink } from "../testing/recording-sink.ts";
import { Flag, FrameType } from "./frame.ts";

const limit = { timeout: 10_000 };

test("headers over the peer's frame size go on in CONTINUATIONs", limit, async () => {
  await using both = await pair();
  const { connection, far } = both;
  const sink = new RecordingSink();
  const request = connection.prepare({ path: "/a.B/C", metadata: [["x-long", "~".repeat(40_000)]] });
  connection.unary(request, sink, 1, Buffer.alloc(0));
  const first = await far.next(({ type }) => type === FrameType.HEADERS);
  const second = await far.next(({ type }) => type === FrameType.CONTINUATION);
  const third = await far.next(({ type }) => type === FrameType.CONTINUATION);
  assert.deepEqual([first.flags, second.flags, third.flags], [0, 0, Flag.END_HEADERS]);
  assert.deepEqual([first.payload.length, second.payload.length], [16_384, 16_384]);
});

test("the calls of one turn leave in one write", limit, async () => {
  await using both = await pair();
  const { connection, far } = both;
  const sink = new RecordingSink();
  const request = connection.prepare({ path: "/a.B/C" });
  await far.next(({ type, flags }) => type === FrameType.SETTINGS && flags === Flag.ACK);
  const before = connection.statistics.writes;
  for (let tag = 1; tag <= 64; tag++) connection.unary(request, sink, tag, Buffer.alloc(20));
  for (let tag = 1; tag <= 64; tag++) await far.nextCall();
  assert.equal(connection.statistics.writes - before, 1);
});
