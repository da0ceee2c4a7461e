import assert from "node:assert/strict";
import { test } from "node:test";
import { compileMetadata } from "./metadata.ts";
import { expressionsOf, firstCall, parseText } from "./template.ts";

function expression(text: string, seed = 1) {
  const parsed = parseText(text, expressionsOf(seed));
  return typeof parsed === "function" ? parsed : assert.fail(parsed.problem);
}

test("what is random depends on the seed, the message and the place alone, not on who made the calls before", () => {
  const text = "{{randomInt 1 1000000}} {{randomInt 1 1000000}} {{randomString 8}}";
  const draw = (slots: readonly number[], seed = 1, index = 0) => {
    const make = expression(text, seed);
    return slots.map((slot) => make({ ...firstCall, slot, index }));
  };
  const all = draw([0, 1, 2, 3, 4, 5]);
  assert.deepEqual([...draw([4, 2, 0]), ...draw([5, 3, 1])], [all[4], all[2], all[0], all[5], all[3], all[1]]);
  const values = [...all, ...draw([0], 2), ...draw([0], 1, 1)].flatMap((each) => String(each).split(" "));
  assert.equal(new Set(values).size, 24);
});

test("a hundred thousand calls draw evenly, and none of them the text of another", () => {
  const [number, text] = [expression("{{randomInt 0 9}}"), expression("{{randomString 12}}")];
  const counts = new Array<number>(10).fill(0);
  const texts = new Set<unknown>();
  for (let slot = 0; slot < 100_000; slot++) {
    const drawn = Number(number({ ...firstCall, slot }));
    counts[drawn] = (counts[drawn] ?? 0) + 1;
    texts.add(text({ ...firstCall, slot }));
  }
  assert.equal(texts.size, 100_000);
  // 100,000 draws of a tenth: 10,000, and beyond 470 from it once in a million.
  assert.ok(
    counts.every((count) => Math.abs(count - 10_000) < 470),
    String(counts),
  );
});

test("a call has one UUID in all of its messages and metadata, another call another; newUUID is new each time", () => {
  const make = expression("{{.UUID}} {{newUUID}}");
  const { own } = compileMetadata([["x-request-id", { template: "{{.UUID}}" }]], { seed: 7, slice: firstCall.slice });
  const ids = new Set<string>();
  for (let slot = 0; slot < 1_000; slot++) {
    const [id = "", fresh = ""] = String(make({ ...firstCall, slot })).split(" ");
    assert.match(id, /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
    assert.deepEqual(own?.(slot, 0), [["x-request-id", id]]);
    assert.equal(String(make({ ...firstCall, slot, index: 3 })).split(" ")[0], id);
    ids.add(id).add(fresh);
  }
  assert.equal(ids.size, 2_000);
});
