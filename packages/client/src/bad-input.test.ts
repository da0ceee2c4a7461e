/** What hey-client says of targets and settings that cannot work: one clear message and the right exit code each. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer as createHttpServer } from "node:http";
import { createServer as createHttp2Server } from "node:http2";
import { type AddressInfo, createServer, type Server } from "node:net";
import { test } from "node:test";
import { startClient } from "./started-client.ts";

const patience = ["--ready-timeout", "500ms"];

/** The program's end and the lines of stderr that are not the wait's. */
async function outcome(flags: readonly string[], env: NodeJS.ProcessEnv = process.env) {
  using client = startClient({ execPath: process.execPath, env }, flags);
  const { code, stdout, stderr } = await client.ended;
  assert.equal(stdout, "");
  return { code, words: stderr.replace(/^waiting for .*\n/, "") };
}

async function listening<S extends Server>(server: S) {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test("a target that does not resolve", async () => {
  const { code, words } = await outcome(["nosuch.invalid:9999", ...patience]);
  assert.match(words, /^hey-client: nosuch\.invalid:9999 gave no answer within 500ms .*Name resolution failed.*\n$/);
  assert.equal(code, 1);
});

test("a target where nobody listens", async () => {
  await using free = createServer();
  const address = await listening(free);
  await new Promise((resolve) => free.close(resolve));
  const { code, words } = await outcome([address, ...patience]);
  assert.match(words, /^hey-client: 127\.0\.0\.1:\d+ gave no answer within 500ms .*ECONNREFUSED 127\.0\.0\.1:\d+\n$/);
  assert.equal(code, 1);
});

test("a peer that accepts and says nothing", async () => {
  const sockets = new Set<{ destroy(): void }>();
  await using silent = createServer((socket) => sockets.add(socket));
  const { code, words } = await outcome([await listening(silent), ...patience]);
  for (const socket of sockets) socket.destroy();
  assert.match(
    words,
    /^hey-client: \S+ gave no answer .*accepts the connection and does not answer: is it a gRPC server\?\n$/,
  );
  assert.equal(code, 1);
});

test("a server of HTTP/1", async () => {
  await using web = createHttpServer((_, response) => response.end("hello"));
  const { code, words } = await outcome([await listening(web), ...patience]);
  web.closeAllConnections();
  assert.match(words, /^hey-client: \S+ gave no answer .*does not speak HTTP\/2: is it a gRPC server\?\n$/);
  assert.equal(code, 1);
});

test("a server of HTTP/2 that is not a gRPC server is not waited for", async () => {
  const web = createHttp2Server((_, response) => {
    response.statusCode = 404;
    response.end();
  });
  const sessions = new Set<{ destroy(): void }>();
  web.on("session", (session) => sessions.add(session));
  const { code, words } = await outcome([await listening(web as unknown as Server)]);
  for (const session of sessions) session.destroy();
  web.close();
  assert.match(words, /^hey-client: \S+: expected a server of heyhow\.v1\.HeyHowService; got UNIMPLEMENTED: .*404\n$/);
  assert.equal(code, 1);
});

test("wrong settings are all named in one message", async () => {
  const { code, words } = await outcome([
    "http://localhost",
    "--conversaions",
    "3",
    "--rate",
    "fast",
    "--interval",
    "5",
  ]);
  assert.match(words, /^hey-client: 3 settings are wrong:\n/);
  assert.match(words, /--conversaions: there is no such flag; did you mean --conversations\?/);
  assert.match(words, /--rate: expected a number, from 0 to 10000; got "fast"/);
  assert.match(words, /--interval: expected a duration with its unit.*; got "5"/);
  assert.equal(code, 2);
});

test("a malformed target", async () => {
  const { code, words } = await outcome(["http://localhost:9999"]);
  assert.match(
    words,
    /^hey-client: a setting is wrong: TARGET: expected host:port, .*; got "http:\/\/localhost:9999"\n/,
  );
  assert.equal(code, 2);
});

test("nothing to do", async () => {
  const { code, words } = await outcome(["localhost:1", "--conversations", "0", "--rate", "0"]);
  assert.match(words, /--conversations and --rate: expected one of them above 0/);
  assert.equal(code, 2);
});

test("an xDS target without a bootstrap", async () => {
  const env = { ...process.env, GRPC_XDS_BOOTSTRAP: "", GRPC_XDS_BOOTSTRAP_CONFIG: "" };
  const { code, words } = await outcome(["xds:///heyhow"], env);
  assert.match(
    words,
    /^hey-client: xds:\/\/\/heyhow: expected an xDS bootstrap, .*GRPC_XDS_BOOTSTRAP.*neither is set\n$/,
  );
  assert.equal(code, 2);
});

test("an xDS target whose control plane is not there", async () => {
  const bootstrap = {
    xds_servers: [{ server_uri: "127.0.0.1:1", channel_creds: [{ type: "insecure" }] }],
    node: { id: "test", locality: {} },
  };
  const env = { ...process.env, GRPC_XDS_BOOTSTRAP: "", GRPC_XDS_BOOTSTRAP_CONFIG: JSON.stringify(bootstrap) };
  const { code, words } = await outcome(["xds:///heyhow", ...patience], env);
  assert.match(words, /^hey-client: xds:\/\/\/heyhow gave no answer .*Is the control plane of the xDS bootstrap up/);
  assert.equal(code, 1);
});

for (const flag of ["--admin-http", "--admin-grpc"]) {
  test(`a taken port for ${flag}`, async () => {
    await using taken = createServer();
    const address = await listening(taken);
    const { code, words } = await outcome(["127.0.0.1:1", flag, address]);
    assert.match(words, new RegExp(`^hey-client: cannot listen on ${address}: the port is taken.*\n$`));
    assert.equal(code, 1);
  });
}
