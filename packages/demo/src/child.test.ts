import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { startChild } from "./child.ts";
import { front, type Part, replicas } from "./lineup.ts";

async function start(part: Part) {
  const folder = await mkdtemp(join(tmpdir(), "hey-demo-"));
  const file = join(folder, "log");
  const child = startChild({ part, nodePath: process.execPath, env: process.env, output: { file } });
  return {
    child,
    file,
    async [Symbol.asyncDispose]() {
      await child.stop();
      await rm(folder, { recursive: true });
    },
  };
}

function server(): Part {
  const [part] = replicas(1);
  assert.ok(part);
  return part;
}

test("a program tells its ports, writes its log, and ends when it is told to", async () => {
  await using started = await start(server());
  const { child, file } = started;
  const addresses = await child.listening();
  for (const kind of ["grpc", "admin-grpc", "admin-http"] as const) {
    assert.match(addresses[kind] ?? "", /^127\.0\.0\.1:\d+$/);
  }
  const response = await fetch(`http://${addresses["admin-http"]}/readyz`);
  assert.equal(response.status, 200);
  assert.deepEqual(await child.stop(), { code: 0, signal: null });
  assert.equal(child.endedByItself, undefined);
  assert.match(await readFile(file, "utf8"), /"event":"listening".*"event":"stopped"/s);
});

test("a program that cannot start is one line in its own words", async () => {
  const taken = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => taken.once("listening", resolve));
  const address = taken.address();
  assert.ok(address !== null && typeof address === "object");
  await using started = await start(front(address.port));
  await assert.rejects(started.child.listening(), ({ message }: Error) => {
    assert.match(message, new RegExp(`^front did not start: hey-server: .*127.0.0.1:${address.port}.*taken.*$`));
    return true;
  });
  taken.close();
});

test("a program that dies at its start is shown with its last words, and counts as ended by itself", async () => {
  await using started = await start({ ...server(), args: ["--nope"] });
  await assert.rejects(started.child.listening(), /server-1 ended \(exit code 2\); it said:.*--nope.*--help/s);
  assert.deepEqual(started.child.endedByItself, { code: 2, signal: null });
});

test("a program that was killed ended by itself", async () => {
  await using started = await start(server());
  await started.child.listening();
  process.kill(started.child.pid, "SIGKILL");
  assert.deepEqual(await started.child.ended, { code: null, signal: "SIGKILL" });
  assert.deepEqual(started.child.endedByItself, { code: null, signal: "SIGKILL" });
});
