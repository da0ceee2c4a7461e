import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { test } from "node:test";
import { ServingStatus } from "@hey/proto/health";
import { createHandlers, createHealth, createLatest, listen } from "@hey/rpc";
import { watchHealth } from "./health-watch.ts";

const { SERVING, NOT_SERVING } = ServingStatus;
const limitMs = 5_000;

/** A server that says SERVING, on a port of the system's choice or on the given one. */
async function startServer({ port = 0, ageMs }: { readonly port?: number; readonly ageMs?: number } = {}) {
  const watches = createLatest(0);
  const observer = { started: () => watches.set(watches.value + 1) };
  const endStreams = new AbortController();
  const health = createHealth(createHandlers({ observer, endStreams: endStreams.signal }));
  health.set("", SERVING);
  const server = await listen({
    address: `127.0.0.1:${port}`,
    services: [health.service],
    drain: { noticeMs: 0, drainMs: 0 },
    endStreams,
    ...(ageMs !== undefined && {
      channelOptions: { "grpc.max_connection_age_ms": ageMs, "grpc.max_connection_age_grace_ms": 20 },
    }),
  });
  return {
    health,
    port: server.port,
    async watched(times: number) {
      for await (const count of watches.watch(AbortSignal.timeout(limitMs))) if (count >= times) return;
      throw new Error(`watched only ${watches.value} times`);
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

function watch(port: number) {
  const stop = new AbortController();
  const verdicts = watchHealth({ host: "127.0.0.1", port }, "", stop.signal);
  const told: string[] = [];
  return {
    told,
    async next() {
      const { value } = await verdicts.next();
      told.push(String(value));
      return value;
    },
    async [Symbol.asyncDispose]() {
      stop.abort();
      await verdicts.return();
    },
  };
}

test("a server is what it says, at once and after each change", async () => {
  await using server = await startServer();
  await using watching = watch(server.port);
  assert.equal(await watching.next(), "healthy");
  const change = watching.next();
  server.health.set("", NOT_SERVING);
  assert.equal(await change, "unhealthy");
  const back = watching.next();
  server.health.set("", SERVING);
  assert.equal(await back, "healthy");
});

test("a service that the server does not have is unhealthy, until it comes", async () => {
  await using server = await startServer();
  const stop = new AbortController();
  const verdicts = watchHealth({ host: "127.0.0.1", port: server.port }, "a.B", stop.signal);
  assert.equal((await verdicts.next()).value, "unhealthy");
  const next = verdicts.next();
  server.health.set("a.B", SERVING);
  assert.equal((await next).value, "healthy");
  stop.abort();
  await verdicts.return();
});

test("a server that is gone is unhealthy at once, and healthy again when it is back", async () => {
  const first = await startServer();
  await using watching = watch(first.port);
  assert.equal(await watching.next(), "healthy");
  const gone = watching.next();
  await first[Symbol.asyncDispose]();
  assert.equal(await gone, "unhealthy");
  const back = watching.next();
  await using _second = await startServer({ port: first.port });
  assert.equal(await back, "healthy");
});

test("a server known long before it listens is found within one back-off of at most half a second", async () => {
  // Stands for a server that takes 3 s to start: connections are refused until the back-off is at its longest.
  const refusing = createServer((socket) => socket.destroy()).listen(0, "127.0.0.1");
  await once(refusing, "listening");
  const { port } = refusing.address() as AddressInfo;
  await using watching = watch(port);
  const unhealthy = watching.next();
  for (let attempt = 0; attempt < 6; attempt++)
    await once(refusing, "connection", { signal: AbortSignal.timeout(limitMs) });
  assert.equal(await unhealthy, "unhealthy");
  const found = watching.next();
  await new Promise((closed) => refusing.close(closed));
  await using _server = await startServer({ port });
  const listeningAt = performance.now();
  assert.equal(await found, "healthy");
  const tookMs = performance.now() - listeningAt;
  // grpc-js varies a back-off by a fifth; the rest is for a busy machine. Its own default would be 10 s by now.
  assert.ok(tookMs < 2_000, `${tookMs} ms`);
});

test("connections that end of old age make no endpoint unhealthy", async () => {
  // A connection age of 0.2 s over ten connections stands for one of 2 s over half a minute.
  await using server = await startServer({ ageMs: 200 });
  await using watching = watch(server.port);
  assert.equal(await watching.next(), "healthy");
  const next = watching.next();
  await server.watched(10);
  assert.deepEqual(watching.told, ["healthy"]);
  server.health.set("", NOT_SERVING);
  assert.equal(await next, "unhealthy");
});

test("a server without the health service is healthy as long as it is connected", async () => {
  const bare = await listen({ address: "127.0.0.1:0", services: [], drain: { noticeMs: 0, drainMs: 0 } });
  await using watching = watch(bare.port);
  assert.equal(await watching.next(), "healthy");
  const gone = watching.next();
  await bare[Symbol.asyncDispose]();
  assert.equal(await gone, "unhealthy");
});

test("a peer that accepts and says nothing is unhealthy soon, and is tried on a new connection later", async () => {
  const sockets: Socket[] = [];
  const silent = createServer((socket) => sockets.push(socket)).listen(0, "127.0.0.1");
  await once(silent, "listening");
  const { port } = silent.address() as AddressInfo;
  const stop = new AbortController();
  const verdicts = watchHealth({ host: "127.0.0.1", port }, "", stop.signal, 50);
  assert.equal((await verdicts.next()).value, "unhealthy");
  assert.equal(sockets.length, 1);
  const end = verdicts.next();
  await once(silent, "connection", { signal: AbortSignal.timeout(limitMs) });
  stop.abort();
  assert.equal((await end).done, true);
  for (const socket of sockets) socket.destroy();
  silent.close();
});
