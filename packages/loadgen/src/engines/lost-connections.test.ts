import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http2";
import { type AddressInfo, createServer as createTcpServer } from "node:net";
import { test } from "node:test";
import { report } from "../testing/run-loadgen.ts";
import { startTcpProxy } from "../testing/tcp-proxy.ts";
import { startTestServer } from "../testing/test-server.ts";

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

test("wire: T17: the wait for a connection that is made anew is in response times, and not in service times", async () => {
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
