import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { startBackground } from "./background.ts";
import type { Part } from "./lineup.ts";

const off = ["--admin-http", "off", "--admin-grpc", "off"];
const part: Part = { name: "s", program: "server", args: ["--listen", "127.0.0.1:0", ...off], ports: ["grpc"] };

test("a program that ended is started again at the port it had, however often that happens", async () => {
  const folder = await mkdtemp(join(tmpdir(), "hey-demo-"));
  const started: Part[] = [];
  try {
    await using background = startBackground((part) => {
      started.push(part);
      return { part, nodePath: process.execPath, env: process.env, output: { file: join(folder, "s.log") } };
    });
    let child = background.start(part);
    const { grpc = "" } = await child.listening();
    for (const _death of ["first", "second"]) {
      process.kill(child.pid, "SIGKILL");
      await child.ended;
      const [again] = await background.startAgain();
      assert.ok(again !== undefined);
      assert.deepEqual(await again.listening(), { grpc });
      child = again;
    }
    const pinned = [...part.args, "--listen", grpc];
    assert.deepEqual(
      started.map(({ args }) => args),
      [part.args, pinned, pinned],
    );
  } finally {
    await rm(folder, { recursive: true });
  }
});
