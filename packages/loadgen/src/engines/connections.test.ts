import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http2";
import type { AddressInfo } from "node:net";
import { mock, test } from "node:test";
import { report } from "../testing/run-loadgen.ts";
import { startTcpProxy } from "../testing/tcp-proxy.ts";
import { startTestServer } from "../testing/test-server.ts";

for (const engine of ["wire", "grpc-js"]) {
  test(`${engine}: T17: making a connection is in its own view, and in no call's time`, async () => {
    await using server = await startTestServer();
    await using slow = await startTcpProxy(server.address, { openingMs: 500 });
    const args = ["--engine", engine, "--rps", "100", "-n", "20", slow.address];
    const { latency, codes } = await report(args);
    assert.deepEqual(codes, { OK: 20 });
    assert.equal(latency.connect.count, 1);
    assert.ok(latency.connect.minUs >= 490_000, `connect: ${latency.connect.minUs} µs`);
    // Of calls that waited for it even the last of the twenty would have had 300 ms of it.
    assert.ok(latency.response.minUs < 300_000, `the fastest call: ${latency.response.minUs} µs`);
  });

  test(`${engine}: T21: five connections are five sockets, and each is used`, async () => {
    await using server = await startTestServer();
    await using counted = await startTcpProxy(server.address);
    const { latency } = await report([
      "--engine",
      engine,
      "--connections",
      "5",
      "-n",
      "50",
      "-c",
      "5",
      counted.address,
    ]);
    assert.equal(counted.accepted(), 5);
    assert.equal(latency.connect.count, 5);
    assert.equal(server.connections(), 5);
  });

  test(`${engine}: T10: steps of the time of day by an hour, back and forth, are in no time`, async () => {
    const now = Date.now();
    await using server = await startTestServer({
      say() {
        if (server.calls.length === 20) mock.timers.setTime(now - 3_600_000);
        if (server.calls.length === 40) mock.timers.setTime(now + 3_600_000);
      },
    });
    mock.timers.enable({ apis: ["Date"], now });
    try {
      const { latency, codes, rates, series } = await report([
        ...["--engine", engine, "--rps", "200", "-n", "60", server.address],
      ]);
      assert.deepEqual(codes, { OK: 60 });
      for (const view of [latency.response, latency.service, latency.lateness, latency.firstMessage]) {
        assert.ok(view.minUs >= 0 && view.maxUs < 5_000_000, `${view.minUs} to ${view.maxUs} µs`);
      }
      assert.ok(rates.windowMs < 10_000, `${rates.windowMs} ms`);
      assert.ok(series.every(({ atS }) => atS >= 0 && atS < 10));
    } finally {
      mock.timers.reset();
    }
  });
}

/** A server that tells how much of a stream its client takes at once, and answers a call with so many bytes. */
async function startLargeAnswers(bytes: number) {
  const windows: (number | undefined)[] = [];
  const server = createServer();
  server.on("stream", (stream) => {
    stream.respond({ "content-type": "application/grpc" }, { waitForTrailers: true });
    stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": "0" }));
    // Field 2 of the answer is a text: its key, its length as a varint of four bytes, and the text.
    const body = Buffer.alloc(5 + 5 + bytes, "x");
    body.writeUInt8(0);
    body.writeUInt32BE(5 + bytes, 1);
    body.set(
      [0x12, (bytes & 0x7f) | 0x80, ((bytes >> 7) & 0x7f) | 0x80, ((bytes >> 14) & 0x7f) | 0x80, bytes >> 21],
      5,
    );
    stream.end(body);
  });
  server.on("session", (session) => {
    session.on("remoteSettings", ({ initialWindowSize }) => windows.push(initialWindowSize));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    windows,
    [Symbol.dispose]: () => void server.close(),
  };
}

for (const engine of ["wire", "grpc-js"]) {
  test(`${engine}: T22: --stream-window is the window that the server is told`, async () => {
    using server = await startLargeAnswers(1_000_000);
    for (const [args, windowBytes, larger] of [
      [[], 1_048_576, false],
      [["--stream-window", "100000"], 100_000, true],
      [["--stream-window", "33554432"], 33_554_432, false],
    ] as const) {
      const { codes, caveats } = await report(["--engine", engine, ...args, "-n", "3", "-c", "1", server.address]);
      assert.deepEqual(codes, { OK: 3 });
      assert.equal(server.windows.at(-1), windowBytes);
      const words = `3 messages were larger than the ${windowBytes} bytes of --stream-window`;
      assert.equal(
        caveats.some((caveat) => caveat.startsWith(words)),
        larger && engine === "wire",
        caveats.join("\n"),
      );
    }
  });
}
