import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { Client, credentials, status } from "@grpc/grpc-js";
import { MeshService } from "@hey/proto/mesh";
import { callServerStream, callUnary, StatusError } from "@hey/rpc";
import { openStream } from "../testing/ads-script.ts";
import { runControlPlane } from "../testing/running-control-plane.ts";
import { requestOf } from "../testing/session-script.ts";
import { statusText } from "./status-text.ts";

// What MeshService gives to whoever reaches it, and no more.

const meshYaml = 'services: { a: { health: false, sources: [{ static: ["127.0.0.1:1"] }] } }';
const deadlineMs = 10_000;

async function startOperated() {
  await using opened = new AsyncDisposableStack();
  const control = opened.use(await runControlPlane(meshYaml));
  const client = new Client(control.meshService ?? assert.fail(), credentials.createInsecure());
  opened.defer(() => client.close());
  const running = opened.move();
  return { control, client, [Symbol.asyncDispose]: () => running.disposeAsync() };
}

const isExhausted = (error: unknown) => error instanceof StatusError && error.code === status.RESOURCE_EXHAUSTED;

test("a hundred may watch the status, more are refused in words, and who ends makes room", async () => {
  await using all = await startOperated();
  const stop = new AbortController();
  const watch = (signal = stop.signal) =>
    callServerStream(all.client, MeshService.watchStatus, {}, { deadlineMs, signal });
  const one = watch();
  await one.next();
  const others = Array.from({ length: 99 }, () => watch());
  await Promise.all(others.map((each) => each.next()));
  await assert.rejects(watch().next(), (error: Error) => {
    assert.ok(isExhausted(error), String(error));
    assert.match(error.message, /^100 watch the status already, and no more can/);
    return true;
  });
  await callUnary(all.client, MeshService.getStatus, {}, { deadlineMs });
  await one.return();
  // The server hears of the end a little later.
  const limit = AbortSignal.timeout(deadlineMs);
  while (
    await watch()
      .next()
      .then(() => false, isExhausted)
  )
    assert.ok(!limit.aborted, "there is no room");
  stop.abort();
});

test("a file of more than a megabyte is refused before it is read", async () => {
  await using all = await startOperated();
  const apply = callUnary(
    all.client,
    MeshService.applyMesh,
    { meshYaml: "#".repeat(2 ** 20), force: false },
    { deadlineMs },
  );
  await assert.rejects(apply, isExhausted);
});

test("changes by command are counted by their kind, those that were refused too", async () => {
  await using all = await startOperated();
  const change = (service: string) =>
    callUnary(
      all.client,
      MeshService.changeTraffic,
      { change: { $case: "pause", value: { service, paused: true } } },
      { deadlineMs },
    );
  await change("a");
  await change("a");
  await assert.rejects(change("b"));
  const mistaken = { meshYaml: "services: 1", force: false };
  await assert.rejects(callUnary(all.client, MeshService.applyMesh, mistaken, { deadlineMs }));
  const metrics = await (await fetch(`http://${all.control.adminHttp}/metrics`)).text();
  for (const figure of [
    'hey_mesh_changes_total{kind="pause",outcome="made"} 2',
    'hey_mesh_changes_total{kind="pause",outcome="refused"} 1',
    'hey_mesh_changes_total{kind="apply",outcome="refused"} 1',
    'hey_mesh_changes_total{kind="split",outcome="made"} 0',
  ]) {
    assert.ok(metrics.includes(`\n${figure}\n`), figure);
  }
});

test("of more clients than are shown those that refused something come first, and the others are counted", async () => {
  await using all = await startOperated();
  const ads = new Client(all.control.ads, credentials.createInsecure());
  try {
    const streams = Array.from({ length: 520 }, () => openStream(ads));
    for (const stream of streams) stream.send(requestOf("LDS", ["a"], { userAgent: "gRPC" }));
    const answers = await Promise.all(streams.map((stream) => stream.next()));
    const from = all.control.log.length;
    streams.at(-1)?.send(requestOf("LDS", ["a"], { nonce: answers.at(-1)?.nonce, error: "not this one" }));
    await all.control.logged({ event: "nack" }, from);
    const { status: state } = await callUnary(all.client, MeshService.getStatus, {}, { deadlineMs });
    assert.equal(state?.clients.length, 500);
    assert.equal(state.moreClients, 20);
    assert.equal(state.clients[0]?.resources[0]?.nack, "not this one");
    assert.ok(state.clients.slice(1).every(({ resources }) => resources[0]?.nack === ""));
    assert.match(statusText(state), /^ {2}and 20 more$/m);
  } finally {
    ads.close();
  }
});

test("hey-mesh shows thousands of endpoints, of more than the 4 MiB that gRPC takes unasked", async () => {
  const count = 9_000;
  const addresses = Array.from({ length: count }, (_, index) => `"127.0.0.1:${index + 1}"`);
  const labels = `{ note: ${"x".repeat(500)} }`;
  const mesh = `services: { a: { health: false, sources: [{ static: [${addresses.join(", ")}], labels: ${labels} }] } }`;
  await using control = await runControlPlane(mesh);
  const main = fileURLToPath(new URL("../hey-mesh.ts", import.meta.url));
  const args = [main, "status", "--mesh-service", control.meshService ?? assert.fail()];
  const { stdout } = await promisify(execFile)(process.execPath, args, { maxBuffer: 2 ** 25 });
  assert.equal(stdout.split("\n").filter((line) => line.includes("healthy")).length, count);
});
