import assert from "node:assert/strict";
import { test } from "node:test";
import { prepareRequest } from "./request.ts";
import { freeStream, type Stream } from "./stream.ts";
import { Turns } from "./turns.ts";

const request = prepareRequest({ scheme: "http", authority: "a", userAgent: "b" }, { path: "/a.B/C" });

test("streams take turns in the order of coming, each once, however many go round", () => {
  const turns = new Turns();
  const expected: Stream[] = [];
  const add = (stream: Stream) => {
    turns.add(stream);
    turns.add(stream);
    expected.push(stream);
  };
  for (let id = 0; id < 3; id++) add(freeStream(request));
  for (let turn = 0; turn < 10_000; turn++) {
    const stream = turns.take();
    assert.equal(stream, expected.shift());
    add(turn < 3000 ? freeStream(request) : (stream as Stream));
    if (turn < 3000) add(stream as Stream);
  }
  while (expected.length > 0) assert.equal(turns.take(), expected.shift());
  assert.equal(turns.take(), undefined);
  assert.equal(turns.isEmpty, true);
});
