import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { createServer } from "node:net";
import { describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { childrenOf, running, type StartedDemo, startDemo } from "./started-demo.ts";

/** Control plane, front, one server, client. */
const small = ["--servers", "1"];

async function partsOf(demo: StartedDemo, count: number): Promise<readonly number[]> {
  await demo.seen(/control-plane +\d+/);
  const { pid } = demo.process;
  assert.ok(pid !== undefined);
  const children = await until(
    () => childrenOf(pid),
    (pids) => pids.length >= count,
  );
  assert.equal(children.length, count);
  return children;
}

async function folderOf(demo: StartedDemo): Promise<string> {
  const [, folder = ""] = await demo.seen(/^ +(\S+)\/mesh\.yaml/m);
  return folder;
}

async function until<T>(look: () => T, good: (value: T) => boolean, limitMs = 15_000): Promise<T> {
  for (const limit = performance.now() + limitMs; ; await sleep(50)) {
    const value = look();
    if (good(value) || performance.now() > limit) return value;
  }
}

// Two at a time: much of each is waiting.
describe("npm start", { concurrency: 2 }, () => {
  test("three servers are called, nothing is lost, and no process and no file is left", async () => {
    // What is there for the web must not get in the way of calls on this host.
    const proxy = "http://127.0.0.1:9";
    const env = { ...process.env, http_proxy: proxy, https_proxy: proxy, grpc_proxy: proxy };
    await using demo = startDemo({ execPath: process.execPath, env }, ["--seconds", "3"]);
    const children = await partsOf(demo, 6);
    const folder = await folderOf(demo);
    const { code } = await demo.ended;
    assert.equal(code, 0, demo.output());
    assert.match(demo.output(), / [1-9][\d,]* received, 0 lost, 0 duplicated/);
    for (const server of ["server-1", "server-2", "server-3"]) {
      assert.match(demo.output(), new RegExp(`^ +${server} +v\\d +[ab] +[1-9]`, "m"));
    }
    assert.deepEqual(running(children), []);
    assert.equal(existsSync(folder), false, folder);
  });

  // A terminal's Ctrl-C comes to npm too, which passes it on a second time.
  for (const signals of [["SIGINT", "SIGINT"], ["SIGTERM"]] as const) {
    test(`${signals.join(" and ")} ends every process before the starter ends, after the client has summed up`, async () => {
      await using demo = startDemo(process, small);
      const children = await partsOf(demo, 4);
      await demo.seen(/server-1 v1\/a \d+/);
      for (const signal of signals) demo.process.kill(signal);
      assert.deepEqual(await demo.ended, { code: 0, signal: null }, demo.output());
      assert.match(demo.output(), /received, 0 lost, 0 duplicated/);
      assert.deepEqual(running(children), []);
    });
  }

  for (const [moment, words, count] of [
    ["the servers start", /Starting/, 1],
    ["the client starts", /mesh\.yaml/, 4],
  ] as const) {
    test(`Ctrl-C while ${moment} leaves no process and no complaint`, async () => {
      await using demo = startDemo(process, small);
      await demo.seen(words);
      const children = await until(
        () => childrenOf(demo.process.pid ?? 0),
        (pids) => pids.length >= count,
      );
      demo.process.kill("SIGINT");
      assert.deepEqual(await demo.ended, { code: 0, signal: null }, demo.output());
      assert.deepEqual(running(children), []);
      // The start has a line on what has ended that is no complaint.
      assert.doesNotMatch(demo.output().replace(/^.*kill -USR2.*$/m, ""), /ended|kept/);
    });
  }

  test("when the starter is killed, its processes end by themselves", async (t) => {
    await using demo = startDemo(process, small);
    const children = await partsOf(demo, 4);
    const folder = await folderOf(demo);
    t.after(() => rm(folder, { recursive: true }));
    demo.process.kill("SIGKILL");
    await demo.ended;
    assert.deepEqual(
      await until(
        () => running(children),
        (left) => left.length === 0,
      ),
      [],
    );
  });

  test("a taken port is a clear message and exit code 1, and leaves no process", async () => {
    const taken = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => taken.once("listening", resolve));
    const address = taken.address();
    assert.ok(address !== null && typeof address === "object");
    await using demo = startDemo(process, [...small, "--port", String(address.port)]);
    await demo.seen(/Starting/);
    const children = childrenOf(demo.process.pid ?? 0);
    assert.deepEqual(await demo.ended, { code: 1, signal: null });
    assert.match(
      demo.output(),
      new RegExp(`127\\.0\\.0\\.1:${address.port}: the port is taken.*\nAnother port: npm start`),
    );
    assert.deepEqual(running(children), []);
    taken.close();
  });
});
