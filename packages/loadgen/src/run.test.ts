import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { test } from "node:test";
import { status } from "@grpc/grpc-js";
import { listen, StatusError } from "@hey/rpc";
import { report, runLoadgen } from "./testing/run-loadgen.ts";
import { startPeer, startTestServer } from "./testing/test-server.ts";

const talk = JSON.stringify([1, 2, 3].map((sequence) => ({ conversationId: "a", sequence })));
const methods: readonly (readonly [call: string, data: string, messages: number])[] = [
  ["heyhow.v1.HeyHowService/Say", '{"count":"7"}', 1],
  ["heyhow.v1.HeyHowService/Listen", '{"conversationId":"a","lastSequence":5}', 5],
  ["heyhow.v1.HeyHowService.Tell", '[{"id":"a","sequence":1},{"id":"a","sequence":2}]', 1],
  ["/heyhow.v1.HeyHowService/Talk", talk, 3],
  ["HeyHowService/heyhow", '{"count":1}', 1],
  ["hey_how.HeyHowService/heyhow", '{"count":1}', 1],
];

for (const engine of ["wire", "grpc-js"]) {
  for (const [call, data, messages] of methods) {
    test(`${engine}: ${call} is called, and every message of its answers counted`, async () => {
      await using server = await startTestServer();
      const { code, codes, latency, target, endpoints, accounting } = await report([
        "--engine",
        engine,
        "--call",
        call,
        "-d",
        data,
        "-n",
        "20",
        "-c",
        "4",
        server.address,
      ]);
      assert.equal(code, 0);
      assert.deepEqual(codes, { OK: 20 });
      assert.equal(target.engine, engine);
      assert.equal(latency.firstMessage.count, 20);
      assert.equal(latency.messageGap.count, 20 * (messages - 1));
      assert.equal(accounting.measured.finished, 20);
      assert.deepEqual(
        endpoints.map(({ address, name, calls }) => ({ address, name, calls })),
        [{ address: server.address, name: "replica-1", calls: 20 }],
      );
    });
  }

  test(`${engine}: open loop keeps to its rate, and its books balance`, async () => {
    await using server = await startTestServer();
    const { accounting, rates, caveats } = await report([
      "--engine",
      engine,
      "--rps",
      "200",
      "--warmup",
      "300ms",
      "-z",
      "700ms",
      server.address,
    ]);
    assert.equal(accounting.measured.planned, 140);
    assert.equal(accounting.warmup.planned, 60);
    assert.equal(accounting.measured.finished, 140);
    assert.ok(Math.abs(rates.plannedPerS - 200) < 1, `${rates.plannedPerS}`);
    assert.ok(!caveats.some((caveat) => caveat.includes("balance")), caveats.join("; "));
  });

  test(`${engine}: metadata and the deadline reach the server on every call`, async () => {
    await using server = await startTestServer();
    const metadata = ["-m", "x-tenant=a=b", "-m", '{"x-more":"1","x-raw-bin":"AQI="}'];
    await report(["--engine", engine, ...metadata, "-t", "3s", "-n", "5", "-c", "1", server.address]);
    assert.equal(server.calls.length, 5);
    for (const { context } of server.calls) {
      assert.deepEqual(context.metadata.get("x-tenant"), ["a=b"]);
      assert.deepEqual(context.metadata.get("x-more"), ["1"]);
      assert.deepEqual(context.metadata.get("x-raw-bin"), [Buffer.from([1, 2])]);
      assert.ok((context.remainingMs() ?? 0) <= 3_000);
    }
  });

  test(`${engine}: T15: failed calls are counted by code, sampled, and stay in the times`, async () => {
    await using server = await startTestServer({
      say({ count }) {
        if (count === 1n) throw new StatusError(status.RESOURCE_EXHAUSTED, "call 17 was too much");
      },
    });
    const data = '[{"count":1},{"count":2}]';
    const { codes, errors, latency, code } = await report([
      "--engine",
      engine,
      "-d",
      data,
      "-n",
      "10",
      "-c",
      "1",
      server.address,
    ]);
    assert.equal(code, 0);
    assert.deepEqual(codes, { OK: 5, RESOURCE_EXHAUSTED: 5 });
    assert.equal(latency.response.count, 10);
    assert.equal(latency.responseOk.count, 5);
    assert.equal(errors[0]?.shape, "call # was too much");
    assert.equal(errors[0]?.samples[0]?.endpoint, server.address);
  });

  test(`${engine}: a call past its deadline is DEADLINE_EXCEEDED and lasted as long as that`, async () => {
    await using server = await startTestServer({ say: () => new Promise((resolve) => setTimeout(resolve, 300)) });
    const { codes, latency, code } = await report([
      "--engine",
      engine,
      "-t",
      "60ms",
      "-n",
      "3",
      "-c",
      "3",
      server.address,
    ]);
    assert.equal(code, 1); // Not one call was good.
    assert.deepEqual(codes, { DEADLINE_EXCEEDED: 3 });
    assert.ok(latency.response.minUs >= 59_000, `${latency.response.minUs}`);
  });

  test(`${engine}: T20: more calls than the server takes at a time wait, and their wait counts`, async () => {
    await using server = await startTestServer({
      channelOptions: { "grpc.max_concurrent_streams": 10 },
      say: () => new Promise((resolve) => setTimeout(resolve, 50)),
    });
    const { codes, latency, caveats } = await report(["--engine", engine, "--rps", "1000", "-n", "50", server.address]);
    assert.deepEqual(codes, { OK: 50 });
    assert.ok(latency.response.maxUs >= 200_000, `${latency.response.maxUs}`);
    if (engine === "wire") {
      assert.ok(latency.service.minUs < 200_000, "the wait is no part of the service time");
      const words = `the connection to ${server.address} was full: the server takes 10 calls at a time on a connection`;
      assert.ok(
        caveats.some((caveat) => caveat.startsWith(words)),
        caveats.join("\n"),
      );
    }
  });

  test(`${engine}: a server that comes back is called again`, async () => {
    const first = await startTestServer({ name: "first" });
    const running = report(["--engine", engine, "--rps", "100", "-z", "2s", first.address]);
    while (first.calls.length < 30) await new Promise(setImmediate);
    await first[Symbol.asyncDispose]();
    await using second = await startTestServer({ name: "second", address: first.address });
    const { codes, accounting } = await running;
    assert.ok(second.calls.length > 0);
    assert.equal(accounting.measured.finished, 200);
    assert.equal(codes["OK"], first.calls.length + second.calls.length);
  });

  test(`${engine}: a target nobody listens on is exit code 3 and says so`, async () => {
    const server = await startTestServer();
    await server[Symbol.asyncDispose]();
    const { code, stderr, stdout } = await runLoadgen(["--engine", engine, "-n", "1", server.address]);
    assert.equal(code, 3);
    assert.match(stderr, /cannot connect to .*ECONNREFUSED/);
    assert.equal(stdout, "");
  });

  test(`${engine}: a peer that takes the connection and says nothing is exit code 3 within the limit`, async () => {
    await using peer = await startPeer();
    const { code, stderr } = await runLoadgen([
      "--engine",
      engine,
      "-n",
      "1",
      "--connect-timeout",
      "300ms",
      peer.address,
    ]);
    assert.equal(code, 3);
    assert.match(stderr, /expected (HTTP\/2|a gRPC server).*nothing/);
  });

  test(`${engine}: a server that does not speak gRPC is exit code 3`, async () => {
    await using peer = await startPeer("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n");
    const { code, stderr } = await runLoadgen(["--engine", engine, "-n", "1", "--connect-timeout", "1s", peer.address]);
    assert.equal(code, 3);
    assert.match(stderr, engine === "wire" ? /expected HTTP\/2.*HTTP\/1/ : /cannot connect/);
  });

  test(`${engine}: a name that does not exist is exit code 3`, async () => {
    const args = ["--engine", engine, "-n", "1", "--connect-timeout", "3s", "dns:///no-such-host.invalid:9999"];
    const { code, stderr } = await runLoadgen(args);
    assert.equal(code, 3);
    assert.match(stderr, /no-such-host\.invalid/);
  });
}

test("a signal stops the run: a report of what there was, exit code 105", async () => {
  await using server = await startTestServer();
  const stop = new AbortController();
  const running = report(["--rps", "100", "-z", "60s", server.address], { signal: stop.signal });
  while (server.calls.length < 20) await new Promise(setImmediate);
  stop.abort(new DOMException("stopped by SIGTERM", "AbortError"));
  const { code, run, accounting } = await running;
  assert.equal(code, 105);
  assert.equal(run.partial, true);
  assert.equal(run.endReason, "signal");
  assert.equal(accounting.measured.finished, server.calls.length);
});

test("a signal before the first call leaves no report, and says so", async () => {
  const mute = createServer(() => stop.abort(new DOMException("stopped by SIGTERM", "AbortError")));
  const stop = new AbortController();
  await once(mute.listen(0, "127.0.0.1"), "listening");
  const { port } = mute.address() as AddressInfo; // Of a server that listens on a port.
  const { code, stdout, stderr } = await runLoadgen(["-n", "5", "-O", "json=-", `127.0.0.1:${port}`], {
    signal: stop.signal,
  });
  mute.close();
  assert.deepEqual([code, stdout], [105, ""]);
  assert.match(stderr, /^hey-loadgen: stopped before the first call: there is no report$/m);
});

/** A server that never answers. */
const startMute = () => startTestServer({ say: () => new Promise(() => {}) });

test("T40: a signal leaves the calls in flight 5 s, however long the drain", { timeout: 30_000 }, async () => {
  await using server = await startMute();
  const stop = new AbortController();
  const args = ["--rps", "100", "-z", "60s", "-t", "0s", "--drain", "10m", server.address];
  const running = report(args, { signal: stop.signal });
  while (server.calls.length < 5) await new Promise(setImmediate);
  stop.abort(new DOMException("stopped by SIGTERM", "AbortError"));
  const { code, run, accounting } = await running;
  assert.deepEqual([code, run.partial, run.endReason], [105, true, "signal"]);
  assert.equal(accounting.measured.cancelled, accounting.measured.started);
});

test("a run of which no call has ended is exit code 1", async () => {
  await using server = await startMute();
  const { code, stderr } = await runLoadgen(["-c", "5", "-n", "5", "-t", "0s", "--drain", "100ms", server.address]);
  assert.equal(code, 1);
  assert.match(stderr, /not one call ended with OK/);
});

test("a server without the method is told with how to find out what it has", async () => {
  await using server = await listen({ address: "127.0.0.1:0", services: [], drain: { noticeMs: 0, drainMs: 0 } });
  const { code, stderr } = await runLoadgen(["-c", "2", "-n", "4", server.address]);
  assert.equal(code, 1);
  const hint = `${server.address} does not have heyhow.v1.HeyHowService/Say: hey-loadgen describe ${server.address} tells what it has, for --call`;
  assert.ok(stderr.includes(`hey-loadgen: not one call ended with OK: ${hint}`), stderr);
});

for (const [args, problem] of [
  [["--max-in-flight", "5"], "--max-in-flight: expected a rate beside it"],
  [["--when-full", "drop"], "--when-full: expected a rate beside it"],
  [["--arrival", "poisson"], "--arrival: expected a rate beside it"],
  [["--rps", "9", "-c", "5", "--max-in-flight", "20"], "-c and --max-in-flight: expected one of them beside a rate"],
  [["--stages", "1s:10", "--warmup", "2s"], "--warmup: expected less than the plan lasts; got 2s"],
] as const) {
  test(`${args.join(" ")} would have no effect, and is refused`, async () => {
    await using server = await startTestServer();
    const { code, stderr } = await runLoadgen([...args, server.address]);
    assert.equal(code, 2);
    assert.ok(stderr.includes(problem), stderr);
    assert.deepEqual(server.calls, []);
  });
}

test("progress is a line a second on stderr when that is no terminal, and stdout has the report alone", async () => {
  await using server = await startTestServer();
  const { stdout, stderr } = await runLoadgen(["--rps", "100", "-z", "1200ms", server.address]);
  assert.match(stderr, /^ +1s {2}\S+\/s {2}of \S+\/s planned {2}p50 .* in flight {2}0 failed {2}generator \w+.*\n/);
  assert.match(stdout, /^heyhow\.v1\.HeyHowService\/Say at 127/);
  assert.match(stdout, /replica-1 +120 +100\.0 %/);
});
