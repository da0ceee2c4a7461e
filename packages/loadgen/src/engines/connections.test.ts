import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http2";
import { type AddressInfo, createServer as createTcpServer } from "node:net";
import { mock, test } from "node:test";
import { status } from "@grpc/grpc-js";
import { StatusError } from "@hey/rpc";
import { report, runLoadgen } from "../testing/run-loadgen.ts";
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

/** A server behind a proxy that cuts the connection at the twentieth call, and holds the next one back for so long. */
async function startInterrupted(heldMs: number) {
  const server = await startTestServer({
    say() {
      if (server.calls.length === 20) proxy.cut();
    },
  });
  const proxy = await startTcpProxy(server.address, { laterOpeningMs: heldMs });
  return {
    address: proxy.address,
    async [Symbol.asyncDispose]() {
      await proxy[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

test("wire: the wait for a connection that is made anew is in response times, and not in service times", async () => {
  await using server = await startInterrupted(600);
  const { latency, codes, caveats } = await report(["--rps", "100", "-n", "60", server.address]);
  assert.ok((codes["OK"] ?? 0) >= 58, JSON.stringify(codes));
  assert.ok(latency.response.maxUs >= 550_000, `response: ${latency.response.maxUs} µs`);
  assert.ok(latency.lateness.maxUs >= 550_000, `lateness: ${latency.lateness.maxUs} µs`);
  assert.ok(latency.service.maxUs < 550_000, `service: ${latency.service.maxUs} µs`);
  // It was gone, not full.
  assert.deepEqual(
    caveats.filter((text) => text.includes("full")),
    [],
  );
});

test("wire: a call that waits for a connection ends at its deadline", async () => {
  await using server = await startInterrupted(3_000);
  const { latency, codes, errors } = await report(["--rps", "100", "-n", "60", "-t", "200ms", server.address]);
  assert.ok((codes["DEADLINE_EXCEEDED"] ?? 0) >= 30, JSON.stringify(codes));
  assert.ok(latency.response.maxUs < 2_000_000, `response: ${latency.response.maxUs} µs`);
  assert.ok(errors.some(({ samples }) => samples.some(({ message }) => message === "no connection within 200 ms")));
});

const goAway = Buffer.from("0000080700000000000000000000000000", "hex");
/** What a client sends before its first call: preface, SETTINGS, WINDOW_UPDATE and acknowledgement. */
const beforeCallsBytes = 24 + (9 + 18) + 13 + 9;

/** A server that greets whoever connects, and leaves: at once, or by refusing the first call with GOAWAY. */
async function startLeaving(when: "at once" | "at the first call") {
  let accepted = 0;
  const server = createTcpServer((socket) => {
    accepted++;
    socket.on("error", () => {});
    socket.write(Buffer.from("000000040000000000", "hex"));
    socket.on("data", () => {
      if (when === "at once") socket.end();
      else if (socket.bytesRead > beforeCallsBytes) socket.end(goAway);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    accepted: () => accepted,
    [Symbol.dispose]: () => void server.close(),
  };
}

for (const when of ["at once", "at the first call"] as const) {
  test(`wire: a server that takes connections and leaves them ${when} is asked for them ever more seldom`, async () => {
    using server = await startLeaving(when);
    const { codes, errors } = await report(["--rps", "100", "-n", "100", server.address]);
    assert.deepEqual(codes, { UNAVAILABLE: 100 });
    assert.ok(
      errors.some(({ samples }) => samples.some(({ message }) => /clos(?:ed|ing) the connection/.test(message))),
    );
    // 1 s of pauses of 50, 100, 200, 400 and 500 ms.
    assert.ok(server.accepted() <= 10, `${server.accepted()} connections`);
  });
}

/** A server that takes leave of each connection at its first call, and answers it then. */
async function startShortLived() {
  let sessions = 0;
  const server = createServer();
  server.on("session", (session) => {
    sessions++;
    session.on("stream", (stream) => {
      session.close();
      setImmediate(() => {
        stream.respond({ "content-type": "application/grpc" }, { waitForTrailers: true });
        stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": "0" }));
        stream.end(Buffer.alloc(5));
      });
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    sessions: () => sessions,
    [Symbol.dispose]: () => void server.close(),
  };
}

test("wire: a connection that was of use is replaced at once, however short its life", async () => {
  using server = await startShortLived();
  const beganMs = performance.now();
  const { codes } = await report(["-c", "1", "-n", "30", server.address]);
  const tookMs = performance.now() - beganMs;
  assert.deepEqual(codes, { OK: 30 });
  assert.ok(server.sessions() >= 30, `${server.sessions()} connections`);
  // Pauses that grow from one connection to the next would add up to 13 s.
  assert.ok(tookMs < 5000, `${tookMs} ms`);
});

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

/** A server that fails the first attempt of each call. */
async function startShaky() {
  const seen = new Set<bigint>();
  return await startTestServer({
    say({ count }) {
      if (seen.has(count)) return;
      seen.add(count);
      throw new StatusError(status.UNAVAILABLE, "try again");
    },
  });
}

const numbered = ["-d", '{"count":"{{.RequestNumber}}"}', "-n", "20", "-c", "4"];

for (const args of [[], ["--engine", "grpc-js"]]) {
  test(`T33: without --retries a failed attempt is a failed call (${args.join(" ") || "wire"})`, async () => {
    await using server = await startShaky();
    const { codes, accounting, caveats } = await report([...args, ...numbered, server.address]);
    assert.deepEqual(codes, { UNAVAILABLE: 20 });
    assert.equal(accounting.retries, 0);
    assert.equal(server.calls.length, 20);
    assert.ok(!caveats.some((caveat) => caveat.includes("attempts")));
  });
}

test("T33: with --retries more attempts than calls are shown", async () => {
  await using server = await startShaky();
  const { codes, accounting, caveats, target, latency } = await report([...numbered, "--retries", "1", server.address]);
  assert.equal(target.engine, "grpc-js");
  assert.deepEqual(codes, { OK: 20 });
  assert.equal(latency.response.count, 20);
  assert.equal(accounting.retries, 20);
  assert.equal(server.calls.length, 40);
  assert.ok(
    caveats.some((caveat) => caveat.startsWith("40 attempts were made for 20 calls:")),
    caveats.join("\n"),
  );
});

test("T33: retries that the engine or the target has none of are wrong settings", async () => {
  for (const [args, words] of [
    [["--engine", "wire", "a:1"], /--retries: wire makes none/],
    [["xds:///a"], /--retries: on xds targets the control plane decides/],
  ] as const) {
    const { code, stderr } = await runLoadgen(["--retries", "1", ...args]);
    assert.equal(code, 2);
    assert.match(stderr, words);
  }
});
