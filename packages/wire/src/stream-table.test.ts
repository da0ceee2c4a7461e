import assert from "node:assert/strict";
import { test } from "node:test";
import { connect } from "./index.ts";
import { prepareRequest } from "./request.ts";
import { StreamTable } from "./stream-table.ts";
import { answer, settings } from "./testing/peer-frames.ts";
import { RecordingSink } from "./testing/recording-sink.ts";
import { startPeer } from "./testing/scripted-peer.ts";

const request = prepareRequest({ scheme: "http", authority: "a", userAgent: "b" }, { path: "/a.B/C" });

test("ids rise by two, and a slot is used again once its call has ended", () => {
  const table = new StreamTable();
  const first = table.take(request);
  assert.equal(first.id, 1);
  table.release(first);
  assert.equal(table.find(1), undefined);
  const slots = new Set([first]);
  for (let call = 0; call < 1000; call++) {
    const stream = table.take(request);
    slots.add(stream);
    assert.equal(stream.id, 3 + call * 2);
    assert.equal(table.find(stream.id), stream);
    table.release(stream);
  }
  assert.equal(slots.size, 64);
  assert.equal(table.find(0), undefined);
});

test("a long-lived stream keeps its place: ids that would take it are left out", () => {
  const table = new StreamTable();
  const long = [table.take(request), table.take(request)];
  let last = 3;
  for (let call = 0; call < 1000; call++) {
    const stream = table.take(request);
    assert.ok(stream.id > last && stream.id % 2 === 1);
    last = stream.id;
    assert.deepEqual([table.find(1), table.find(3)], long);
    table.release(stream);
  }
  assert.ok(last > 2003, "some ids were left out");
});

test("it grows with what is in flight, and finds all of it", () => {
  const table = new StreamTable();
  const streams = Array.from({ length: 5000 }, () => table.take(request));
  for (const stream of streams) assert.equal(table.find(stream.id), stream);
  assert.equal(table.all().length, 5000);
  for (const stream of streams) table.release(stream);
  assert.equal(table.active, 0);
});

test("the last id is used, then the table is exhausted", () => {
  const table = new StreamTable(0x7fff_fffd);
  assert.equal(table.take(request).id, 0x7fff_fffd);
  assert.equal(table.exhausted, false);
  assert.equal(table.take(request).id, 0x7fff_ffff);
  assert.equal(table.exhausted, true);
});

test("it is exhausted before the last id when a long-lived stream holds that one's place", () => {
  const table = new StreamTable(0x7fff_ffff - 128);
  const long = table.take(request);
  for (let call = 0; call < 63; call++) {
    assert.equal(table.exhausted, false);
    table.release(table.take(request));
  }
  assert.equal(table.lastId, 0x7fff_fffd);
  assert.equal(table.exhausted, true);
  table.release(long);
  assert.equal(table.exhausted, false);
  assert.equal(table.take(request).id, 0x7fff_ffff);
});

test("a connection whose ids are used up says so, and ends with its last call", { timeout: 10_000 }, async () => {
  await using peer = await startPeer();
  const draining = Promise.withResolvers<string>();
  const connecting = connect({
    target: peer.target,
    firstStreamId: 0x7fff_ffff,
    events: { onDraining: draining.resolve },
  });
  const far = await peer.accept();
  far.send(settings());
  const connection = await connecting;
  const sink = new RecordingSink();
  const prepared = connection.prepare({ path: "/a.B/C" });
  const call = connection.unary(prepared, sink, 1, Buffer.alloc(0));
  assert.equal(call, 0x7fff_ffff);
  assert.match(await draining.promise, /stream ids of the connection are used up/);
  assert.equal(connection.state, "draining");
  assert.equal(connection.unary(prepared, sink, 2, Buffer.alloc(0)), 0);
  await far.nextCall();
  far.send(answer(call, "last"));
  assert.deepEqual((await sink.ended(1)).messages, ["last"]);
  await connection.close();
});
