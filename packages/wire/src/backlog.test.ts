import assert from "node:assert/strict";
import { test } from "node:test";
import { Backlog } from "./backlog.ts";
import { seeded } from "./testing/seeded.ts";

function taken(backlog: Backlog): string {
  return backlog.take(
    (compressed, bytes, start, end) => `${compressed ? "z" : "-"}${bytes.toString("latin1", start, end)}`,
  );
}

test("messages come out as they went in, however many are in between", () => {
  const random = seeded(7);
  const backlog = new Backlog();
  const expected: string[] = [];
  for (let step = 0; step < 20_000; step++) {
    if (random() < (step < 10_000 ? 0.6 : 0.4)) {
      const compressed = random() < 0.3;
      const text = `${step}`.repeat(Math.floor(random() ** 4 * 60));
      expected.push(`${compressed ? "z" : "-"}${text}`);
      backlog.add(compressed, Buffer.from(`before${text}behind`), 6, 6 + text.length);
    } else if (expected.length > 0) {
      assert.equal(backlog.firstWireBytes, 4 + (expected[0]?.length ?? 0));
      assert.equal(taken(backlog), expected.shift());
    }
    assert.equal(backlog.isEmpty, expected.length === 0);
  }
  for (const each of expected) assert.equal(taken(backlog), each);
});

test("messages without a length take five bytes each, and what was taken is room again", () => {
  const backlog = new Backlog();
  const nothing = Buffer.alloc(0);
  for (let index = 0; index < 10_000; index++) backlog.add(false, nothing, 0, 0);
  assert.ok(backlog.heldBytes <= 2 * 50_000, `${backlog.heldBytes}`);
  for (let index = 0; index < 100_000; index++) {
    assert.equal(taken(backlog), "-");
    backlog.add(false, nothing, 0, 0);
  }
  assert.ok(backlog.heldBytes <= 2 * 50_000, `${backlog.heldBytes}`);
  backlog.clear();
  assert.equal(backlog.heldBytes, 0);
  assert.ok(backlog.isEmpty);
});
