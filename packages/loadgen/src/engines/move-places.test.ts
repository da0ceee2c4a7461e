import assert from "node:assert/strict";
import { test } from "node:test";
import { movePlaces } from "./move-places.ts";
import type { Line, Place } from "./place.ts";

const connected = {} as Line; // Looked at by nobody: it is there, or not.

const placesAt = (...addresses: readonly string[]): Place[] =>
  addresses.map((address) => ({
    address: address.replace("*", ""),
    line: address.endsWith("*") ? connected : undefined,
    fullAt: 0,
  }));

for (const [what, places, found, expected] of [
  ["an address that is gone gives its place to the new one", ["a"], ["b"], ["b"]],
  ["one that is still there keeps it", ["a"], ["b", "a"], ["a"]],
  ["one with a connection keeps it", ["a*", "a"], ["b"], ["a", "b"]],
  ["places go to the addresses that have the fewest", ["a", "a", "b*", "b*"], ["b", "c"], ["c", "c", "b", "b"]],
  ["and are shared out among new ones", ["a", "a", "a"], ["b", "c"], ["b", "c", "b"]],
  ["a name without addresses moves nothing", ["a"], [], ["a"]],
] as const) {
  test(`of places whose name is looked up again, ${what}`, () => {
    const moved = placesAt(...places);
    movePlaces(moved, found);
    assert.deepEqual(
      moved.map(({ address }) => address),
      expected,
    );
  });
}

test("that a connection was full is still known when its place has moved", () => {
  const [place] = placesAt("a");
  assert.ok(place);
  place.fullAt = 100;
  assert.deepEqual(movePlaces([place], ["b"]), [{ address: "a", fullAt: 100 }]);
  assert.deepEqual(place, { address: "b", line: undefined, fullAt: 0 });
});
