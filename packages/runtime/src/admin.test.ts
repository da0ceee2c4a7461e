import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { type IncomingMessage, request } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { test } from "node:test";
import { type AdminOptions, listenAdmin } from "./admin.ts";
import { createCallMetrics } from "./metrics.ts";

const { registry: metrics } = createCallMetrics({ side: "server" });

function open(changes: Partial<AdminOptions> = {}) {
  return listenAdmin({ address: "127.0.0.1:0", live: () => true, ready: () => true, metrics, ...changes });
}

async function get(admin: { readonly address: string }, path: string, method = "GET") {
  const response = await fetch(`http://${admin.address}${path}`, { method });
  return { status: response.status, headers: response.headers, body: await response.text() };
}

test("a program that is live and ready answers 200", async () => {
  await using admin = await open();
  for (const [path, body] of [
    ["/livez", "live\n"],
    ["/readyz", "ready\n"],
  ] as const) {
    const answer = await get(admin, path);
    assert.equal(answer.status, 200);
    assert.equal(answer.body, body);
  }
});

test("one that is not answers 503, with the reason when there is one", async () => {
  let ready: boolean | string = "waiting for the first snapshot";
  await using admin = await open({ live: () => false, ready: () => ready });
  assert.equal((await get(admin, "/livez")).status, 503);
  const reasoned = await get(admin, "/readyz");
  assert.deepEqual([reasoned.status, reasoned.body], [503, "waiting for the first snapshot\n"]);
  ready = false;
  const plain = await get(admin, "/readyz");
  assert.deepEqual([plain.status, plain.body], [503, "not ready\n"]);
  ready = true;
  assert.equal((await get(admin, "/readyz?verbose")).status, 200);
});

test("/metrics is Prometheus text", async () => {
  await using admin = await open();
  const { status, headers, body } = await get(admin, "/metrics");
  assert.equal(status, 200);
  assert.equal(headers.get("content-type"), "text/plain; version=0.0.4; charset=utf-8");
  assert.match(body, /^# TYPE process_cpu_seconds_total counter$/m);
});

test("another path is 404 and names the three", async () => {
  await using admin = await open();
  const { status, body } = await get(admin, "/healthz");
  assert.equal(status, 404);
  assert.match(body, /\/healthz.*\/livez, \/readyz and \/metrics/);
});

test("another method is 405 and names those that there are; HEAD is one", async () => {
  await using admin = await open();
  const posted = await get(admin, "/livez", "POST");
  assert.equal(posted.status, 405);
  assert.equal(posted.headers.get("allow"), "GET, HEAD");
  assert.deepEqual([(await get(admin, "/livez", "HEAD")).status, (await get(admin, "/livez", "HEAD")).body], [200, ""]);
});

test("a question that goes wrong is 500, and the next one is answered", async () => {
  await using admin = await open({
    ready: () => {
      throw new Error("a secret");
    },
  });
  const { status, body } = await get(admin, "/readyz");
  assert.equal(status, 500);
  assert.doesNotMatch(body, /secret/);
  assert.equal((await get(admin, "/livez")).status, 200);
});

test("port 0 is the system's choice, told with the address", async () => {
  await using admin = await open();
  assert.ok(admin.port > 0);
  assert.equal(admin.address, `127.0.0.1:${admin.port}`);
});

test("a Unix socket serves as well", async () => {
  const directory = mkdtempSync(join(tmpdir(), "hey-admin-"));
  const path = join(directory, "admin.sock");
  try {
    await using admin = await open({ address: `unix:${path}` });
    assert.deepEqual([admin.address, admin.port], [`unix:${path}`, 0]);
    const [response]: IncomingMessage[] = await once(request({ socketPath: path, path: "/livez" }).end(), "response");
    assert.ok(response);
    assert.equal(await text(response), "live\n");
  } finally {
    rmSync(directory, { recursive: true });
  }
});

test("a taken port is an error that says what to do", async () => {
  await using first = await open();
  await assert.rejects(open({ address: first.address }), {
    name: "ProgramError",
    message: `cannot listen on ${first.address}: the port is taken; stop what listens there, or choose another port (0: the system's choice)`,
  });
});

test("a text that is no address, and a host that is not here, are errors that say so", async () => {
  await assert.rejects(open({ address: "9990" }), /cannot listen on 9990: expected host:port/);
  await assert.rejects(
    open({ address: "192.0.2.1:0" }),
    /cannot listen on 192\.0\.2\.1:0: this machine has no such address/,
  );
});

test("disposing closes the port, also while someone holds a connection and says nothing", async () => {
  const admin = await open();
  const silent = connect(admin.port, "127.0.0.1");
  await once(silent, "connect");
  silent.write("GET /livez HTTP/1.1\r\n"); // And no end of the head.
  const cut = once(silent, "close");
  silent.on("error", () => {});
  await get(admin, "/livez");
  await admin[Symbol.asyncDispose]();
  await cut;
  await assert.rejects(fetch(`http://${admin.address}/livez`));
  await admin[Symbol.asyncDispose]();
});

test("an endless head is refused", async () => {
  await using admin = await open();
  const socket = connect(admin.port, "127.0.0.1");
  socket.write(`GET /livez HTTP/1.1\r\nx: ${"y".repeat(10_000)}`);
  assert.match(await text(socket), /^HTTP\/1\.1 431 /);
});
