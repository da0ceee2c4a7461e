import assert from "node:assert/strict";
import { test } from "node:test";
import { Client, credentials, status } from "@grpc/grpc-js";
import { type HealthCheckResponse, HealthService, ServingStatus } from "@hey/proto/health";
import { callServerStream, callUnary, createHandlers, createHealth, listen, type StatusError } from "@hey/rpc";

const { SERVING, NOT_SERVING, SERVICE_UNKNOWN } = ServingStatus;
const deadlineMs = 5_000;

async function startHealth() {
  const endStreams = new AbortController();
  const health = createHealth(createHandlers({ endStreams: endStreams.signal }));
  const server = await listen({
    address: "127.0.0.1:0",
    services: [health.service],
    drain: { noticeMs: 0, drainMs: 2_000 },
    endStreams,
  });
  const client = new Client(server.address, credentials.createInsecure());
  return {
    health,
    check: async (service: string) =>
      (await callUnary(client, HealthService.check, { service }, { deadlineMs })).status,
    watch: (service: string) => callServerStream(client, HealthService.watch, { service }, { deadlineMs }),
    server,
    async [Symbol.asyncDispose]() {
      client.close();
      await server[Symbol.asyncDispose]();
    },
  };
}

async function next(watching: AsyncGenerator<HealthCheckResponse>): Promise<ServingStatus | undefined> {
  const { value } = await watching.next();
  return value?.status;
}

test("Check answers for the server as a whole and for each service by name", async () => {
  await using script = await startHealth();
  assert.equal(await script.check(""), NOT_SERVING);
  script.health.set("", SERVING);
  script.health.set("a.B", NOT_SERVING);
  assert.equal(await script.check(""), SERVING);
  assert.equal(await script.check("a.B"), NOT_SERVING);
});

test("Check of a service that the server does not have is NOT_FOUND", async () => {
  await using script = await startHealth();
  await assert.rejects(script.check("no.Such"), (error: StatusError) => {
    assert.equal(error.code, status.NOT_FOUND);
    assert.match(error.message, /no\.Such/);
    return true;
  });
});

test("Watch tells the state at once and after each change of its own service only", async () => {
  await using script = await startHealth();
  script.health.set("a.B", SERVING);
  const watching = script.watch("a.B");
  assert.equal(await next(watching), SERVING);
  const change = next(watching);
  script.health.set("other.Service", NOT_SERVING);
  script.health.set("a.B", SERVING);
  script.health.set("a.B", NOT_SERVING);
  assert.equal(await change, NOT_SERVING);
  await watching.return();
});

test("Watch of a service that the server does not have says so and tells when it comes", async () => {
  await using script = await startHealth();
  const watching = script.watch("a.B");
  assert.equal(await next(watching), SERVICE_UNKNOWN);
  const change = next(watching);
  script.health.set("a.B", SERVING);
  assert.equal(await change, SERVING);
  await watching.return();
});

test("setAll reaches every watcher, as a leaving server needs", async () => {
  await using script = await startHealth();
  script.health.set("", SERVING);
  script.health.set("a.B", SERVING);
  const watching = [script.watch(""), script.watch("a.B")];
  assert.deepEqual(await Promise.all(watching.map(next)), [SERVING, SERVING]);
  const changes = watching.map(next);
  script.health.setAll(NOT_SERVING);
  assert.deepEqual(await Promise.all(changes), [NOT_SERVING, NOT_SERVING]);
  for (const stream of watching) await stream.return();
});

test("Watch ends with UNAVAILABLE when the server ends its streams", async () => {
  await using script = await startHealth();
  const watching = script.watch("");
  await next(watching);
  const end = watching.next();
  const drained = script.server[Symbol.asyncDispose]();
  await assert.rejects(end, { code: status.UNAVAILABLE });
  await drained;
});
