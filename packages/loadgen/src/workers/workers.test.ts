import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { Worker } from "node:worker_threads";
import { report, runLoadgen } from "../testing/run-loadgen.ts";
import { startTestServer, type TestServer } from "../testing/test-server.ts";

const limit = { timeout: 60_000 };

/** The numbers that the calls brought. */
const countsOf = ({ calls }: TestServer) => calls.map(({ request }) => Number(request.count));

for (const engine of ["wire", "grpc-js"]) {
  test(`T32: of 1,003 calls by four workers none is lost and none made twice (${engine})`, limit, async () => {
    await using server = await startTestServer();
    const args = ["--workers", "4", "-c", "9", "-n", "1003", "-d", '{"count":{{.RequestNumber}}}', "--engine", engine];
    const { latency, accounting, load, target, code } = await report([...args, server.address]);
    assert.equal(code, 0);
    assert.equal(latency.response.count, 1_003);
    assert.equal(accounting.measured.finished, 1_003);
    assert.deepEqual([load.workers, load.concurrency, target.connections], [4, 9, 4]);
    assert.equal(load.plan, "9 at a time, 1,003 calls, by 4 workers");
    assert.equal(new Set(countsOf(server)).size, 1_003, "each call has a number of its own");
  });
}

test("workers keep to one plan: each slot is made once, by its number, and the books balance", limit, async () => {
  await using server = await startTestServer();
  const args = [
    "--workers",
    "3",
    "--rps",
    "300",
    "-z",
    "1s",
    "--warmup",
    "200ms",
    "-d",
    '{"count":{{.RequestNumber}}}',
  ];
  const { accounting, series, generator, caveats } = await report([...args, server.address]);
  assert.equal(accounting.warmup.planned, 60);
  assert.equal(accounting.measured.planned, 300);
  assert.equal(accounting.measured.finished, 300);
  assert.deepEqual(
    countsOf(server).sort((a, b) => a - b),
    Array.from({ length: 360 }, (_, slot) => slot),
  );
  assert.equal(
    series.reduce((sum, { ok }) => sum + ok, 0),
    300,
  );
  assert.ok(generator.cpuMean > 0);
  assert.ok(!caveats.some((text) => text.includes("do not balance")), caveats.join());
});

test("what cannot begin is told as without workers", limit, async () => {
  assert.equal((await runLoadgen(["--workers", "2", "-n", "10", "--connect-timeout", "1s", "127.0.0.1:1"])).code, 3);
  const { code, stderr } = await runLoadgen(["--workers", "8", "-c", "4", "-n", "10", "localhost:1"]);
  assert.equal(code, 2);
  assert.match(stderr, /--workers: expected at most as many as -c \(4\), so that each has one; got 8/);
});

test("a signal ends all workers, and the report of what there was is marked partial", limit, async () => {
  const called = Promise.withResolvers<void>();
  await using server = await startTestServer({ say: () => void (server.calls.length >= 50 && called.resolve()) });
  const stop = new AbortController();
  const running = report(["--workers", "2", "--rps", "200", "-z", "30s", server.address], { signal: stop.signal });
  await called.promise;
  stop.abort(new DOMException("stopped", "AbortError"));
  const { run, latency, code } = await running;
  assert.equal(code, 105);
  assert.equal(run.partial, true);
  assert.ok(latency.response.count >= 50);
});

test("data from stdin reaches every worker", limit, async () => {
  await using server = await startTestServer();
  const args = ["--workers", "2", "-c", "2", "-n", "8", "-d", "@", server.address];
  assert.equal((await runLoadgen(args, { stdin: '[{"count":1},{"count":2}]' })).code, 0);
  assert.deepEqual([...new Set(countsOf(server))].sort(), [1, 2]);
});

test("what can be read only once reaches every worker", { ...limit, skip: process.platform === "win32" }, async () => {
  await using server = await startTestServer();
  const folder = mkdtempSync(join(tmpdir(), "pipes-"));
  after(() => rmSync(folder, { recursive: true, force: true }));
  const given = {
    "data-file": '[{"count":1},{"count":2}]',
    "metadata-file": '{"x-a":"b"}',
    slots: "unit: ms\n0\n1\n2\n3\n",
  };
  const args = Object.entries(given).flatMap(([flag, content]) => {
    const pipe = join(folder, flag);
    execFileSync("mkfifo", [pipe]);
    void writeFile(pipe, content); // Is done when somebody reads it.
    return [`--${flag}`, pipe];
  });
  const { codes } = await report(["--workers", "2", ...args, server.address]);
  assert.deepEqual(codes, { OK: 4 });
  assert.deepEqual([...new Set(countsOf(server))].sort(), [1, 2]);
  assert.deepEqual(
    server.calls.map(({ context }) => context.metadata.get("x-a")),
    [["b"], ["b"], ["b"], ["b"]],
  );
});

test(
  "T10: the clocks of threads agree: what one says lies between what the other saw before and after",
  limit,
  async () => {
    const code = `
    const { parentPort } = require("node:worker_threads");
    parentPort.on("message", () => parentPort.postMessage(performance.timeOrigin + performance.now()));`;
    const worker = new Worker(code, { eval: true });
    const now = () => performance.timeOrigin + performance.now();
    for (let round = 0; round < 50; round++) {
      const before = now();
      const there = await new Promise<number>((resolve) => {
        worker.once("message", resolve);
        worker.postMessage(0);
      });
      // One tick of a double of this size.
      assert.ok(before - 0.001 <= there && there <= now() + 0.001);
    }
    await worker.terminate();
  },
);

test("a worker that dies ends the run, and what the others did is reported", limit, async () => {
  const called = Promise.withResolvers<void>();
  await using server = await startTestServer({ say: () => void (server.calls.length >= 50 && called.resolve()) });
  const workers: Worker[] = [];
  const onWorker = (worker: Worker) => workers.push(worker);
  process.on("worker", onWorker);
  const running = report(["--workers", "3", "--rps", "200", "-z", "30s", server.address]);
  await called.promise;
  process.off("worker", onWorker);
  await workers[1]?.terminate();
  const { run, latency, accounting, caveats, code } = await running;
  assert.equal(code, 98);
  assert.deepEqual([run.partial, run.endReason], [true, "aborted"]);
  assert.ok(caveats.includes("worker 2 of 3 ended with 1 in the middle: its calls are in no figure"), caveats.join());
  assert.ok(latency.response.count > 0);
  assert.equal(accounting.measured.finished, latency.response.count);
  assert.ok(!caveats.some((text) => text.includes("do not balance")), caveats.join());
});

test("a run of which every worker dies says so, and is exit code 1", limit, async () => {
  const called = Promise.withResolvers<void>();
  await using server = await startTestServer({ say: () => called.resolve() });
  const workers: Worker[] = [];
  const onWorker = (worker: Worker) => workers.push(worker);
  process.on("worker", onWorker);
  const running = runLoadgen(["--workers", "2", "--rps", "200", "-z", "30s", server.address]);
  await called.promise;
  process.off("worker", onWorker);
  await Promise.all(workers.map((worker) => worker.terminate()));
  const { code, stderr } = await running;
  assert.equal(code, 1);
  assert.match(stderr, /worker [12] of 2 ended with 1 in the middle/);
});
