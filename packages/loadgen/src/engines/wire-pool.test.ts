import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { startTestServer, type TestServer } from "../testing/test-server.ts";
import { openPool } from "./wire-pool.ts";

/** A pool of calls to a name whose addresses are what `found` says when it is looked up. */
function openTo(found: () => readonly string[], connections = 1) {
  const outages: string[] = [];
  let lookUps = 0;
  const pool = openPool({
    async lookUp() {
      lookUps++;
      return found();
    },
    connections,
    request: { path: "/HeyHowService/heyhow" },
    connect: { connectTimeoutMs: 5_000 },
    sink: () => ({ onHeaders() {}, onMessage() {}, onEnd() {}, onWritable() {} }),
    onRoom() {},
    onOutage: (reason) => outages.push(reason),
  });
  return { pool, outages, lookUps: () => lookUps };
}

async function until(what: string, holds: () => boolean): Promise<void> {
  const endMs = performance.now() + 10_000;
  while (!holds()) {
    assert.ok(performance.now() < endMs, `expected ${what} within 10 s`);
    await turn();
  }
}

test("when a connection cannot be made again the name is looked up, and calls go where it says now", async () => {
  await using first = await startTestServer();
  await using second = await startTestServer();
  let servers: readonly TestServer[] = [first];
  const { pool: opening, lookUps } = openTo(() => servers.map(({ address }) => address));
  await using pool = await opening;
  assert.deepEqual([pool.open, lookUps()], [1, 1]);
  servers = [second];
  await first[Symbol.asyncDispose]();
  await until("a connection to the second server", () => pool.open === 1 && pool.places[0]?.address === second.address);
});

test("a name that is not found for a moment leaves the addresses that were known", async () => {
  await using first = await startTestServer();
  let found = true;
  const { address } = first;
  const { pool: opening, outages } = openTo(() => (found ? [address] : assert.fail("not found")));
  await using pool = await opening;
  found = false;
  await first[Symbol.asyncDispose]();
  await until("an attempt that failed", () => outages.length > 0);
  await using _again = await startTestServer({ address });
  await until("a connection to it again", () => pool.open === 1);
});
