import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { type StartedDemo, startDemo } from "./started-demo.ts";

// What the README has people type in another terminal, and the table of the client that they watch.

const heyMesh = fileURLToPath(new URL("../../control-plane/src/hey-mesh.ts", import.meta.url));
const run = promisify(execFile);

/**
 * The line of the table for a whole second that begins when the promised one is over: the next line is of a second that has
 * begun already, and the one after it begins less than a second from now.
 */
async function lineAfterThat(demo: StartedDemo) {
  const [, line = ""] = await demo.seenNext(/(?:^ +\d+ s {2}.*\n[\s\S]*?){2}(^ +\d+ s {2}.*)\n/m);
  const calls = Number(/ (\d+) calls? /.exec(line)?.[1]);
  /** Of these servers: calls, and messages of the streams that they have. */
  const answers = (...names: readonly string[]) =>
    names.map((name) => Number(new RegExp(`\\b${name} \\S+ (\\d+)`).exec(line)?.[1] ?? 0)).reduce((a, b) => a + b);
  return { line, calls, answers };
}

test("a command typed in another terminal is in the client's table within a second", async () => {
  await using demo = startDemo(process, []);
  const [, meshPort] = await demo.seen(/control-plane +\d+ +\d+ +(\d+)/);
  const [, server3] = await demo.seen(/server-3 +v2\/a +\d+ +(\d+)/);
  await demo.seen(/server-3 v2\/a \d+/);
  const type = (...words: readonly string[]) =>
    run(process.execPath, [heyMesh, ...words, "--mesh-service", `127.0.0.1:${meshPort}`]);

  // Streams go on where they are until they end, so that a server may still have messages; calls it has none.
  await type("split", "heyhow", "v1=0", "v2=100");
  const split = await lineAfterThat(demo);
  assert.ok(split.calls > 0 && split.answers("server-3") >= split.calls, split.line);

  await type("reset");
  await type("drain", `127.0.0.1:${server3}`);
  const drained = await lineAfterThat(demo);
  assert.ok(drained.calls > 0 && drained.answers("server-1", "server-2") >= drained.calls, drained.line);

  await type("fault", "heyhow", "--abort", "100%", "--code", "UNAVAILABLE");
  const faulty = await lineAfterThat(demo);
  assert.equal(faulty.calls, 0, faulty.line);

  await type("fault", "heyhow", "--off");
  const healed = await lineAfterThat(demo);
  assert.ok(healed.calls > 0, healed.line);
});
