import { syntheticRun } from "loadgen/src/testing/synthetic-run.ts";

/** Makes calls of the kind in its arguments and prints after each million, as a line of JSON, what it holds then. */
const [kind, millions] = process.argv.slice(2);
if (kind !== "open" && kind !== "closed") throw new Error(`expected open or closed, not ${kind}`);
using run = syntheticRun(kind, process);
for (let million = 1; million <= Number(millions); million++) {
  await run.make(1_000_000);
  globalThis.gc?.();
  const { rss, heapUsed, external } = process.memoryUsage();
  console.log(JSON.stringify({ rssBytes: rss, heldBytes: heapUsed + external, ...run.result() }));
}
