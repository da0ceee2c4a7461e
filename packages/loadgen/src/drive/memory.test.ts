import assert from "node:assert/strict";
import { test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { syntheticRun } from "../testing/synthetic-run.ts";

/** Bytes that are held: collected first, since garbage that V8 lets lie for now is no growth. */
function heldBytes(): number {
  setFlagsFromString("--expose-gc");
  runInNewContext("gc")();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

const million = 1_000_000;

test("T39: after the first million, calls add less than 10 MB in ten million to all that a run keeps", async () => {
  using run = syntheticRun("open", process);
  await run.make(million);
  const before = heldBytes();
  await run.make(2 * million);
  const grownBytes = heldBytes() - before;
  assert.ok(grownBytes < (10e6 / 9) * 2, `${grownBytes} in two of the nine million`);
  const { finished, recorded, seconds, rows } = run.result();
  assert.deepEqual({ finished, recorded, seconds }, { finished: 3 * million, recorded: 3 * million, seconds: 3_000 });
  assert.ok(rows <= 1_200, `${rows}`);
});
