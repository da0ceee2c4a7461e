import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import net from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import tls from "node:tls";
import { ServerCredentials } from "@grpc/grpc-js";
import { type ConnectOptions, callServerStream, callUnary, connect } from "./index.ts";
import { echo, startEchoServer } from "./testing/echo-server.ts";
import { frame, headers } from "./testing/peer-frames.ts";

const limit = { timeout: 10_000 };

/** Starts a server that treats each connection so, and tries to connect. */
async function tryConnect(server: net.Server, options: Omit<ConnectOptions, "target"> = {}): Promise<unknown> {
  const sockets = new Set<net.Socket>();
  server.on("connection", (socket: net.Socket) => sockets.add(socket.on("error", () => {})));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  try {
    const { port } = server.address() as net.AddressInfo;
    const connection = await connect({ target: `127.0.0.1:${port}`, connectTimeoutMs: 5000, ...options });
    connection.destroy();
    return undefined;
  } catch (error) {
    return error;
  } finally {
    for (const socket of sockets) socket.destroy();
    server.close();
  }
}

const answers: readonly (readonly [title: string, bytes: Buffer, fault: string, message: RegExp])[] = [
  [
    "an HTTP/1 server",
    Buffer.from("HTTP/1.1 400 Bad Request\r\n\r\n"),
    "protocol",
    /expected HTTP\/2 \(a SETTINGS frame first\), got an HTTP\/1 answer/,
  ],
  ["a TLS alert", Buffer.from("15030100020246", "hex"), "protocol", /a TLS record: the peer speaks TLS/],
  ["a TLS handshake", Buffer.from("160303007a0200007603", "hex"), "protocol", /a TLS record: the peer speaks TLS/],
  ["an SSH server", Buffer.from("SSH-2.0-OpenSSH\r\n"), "protocol", /an SSH greeting/],
  ["garbage", Buffer.from("fe".repeat(50), "hex"), "protocol", /got the bytes fefe/],
  [
    "a few bytes of garbage",
    Buffer.from("\r\n"),
    "protocol",
    /closed the connection, after 2 bytes of a frame that is not whole/,
  ],
  ["another frame first", headers(1, { ":status": "200" }), "protocol", /got a HEADERS frame/],
  ["an acknowledgement first", frame(4, 1, 0), "protocol", /got a SETTINGS frame/],
  [
    "nothing before the end",
    Buffer.alloc(0),
    "protocol",
    /expected HTTP\/2 .* closed the connection: does it speak TLS\?/,
  ],
];

for (const [title, bytes, fault, message] of answers) {
  test(`connecting to ${title} ends in a clear error`, limit, async () => {
    const error = await tryConnect(net.createServer((socket) => socket.end(bytes)));
    assert.partialDeepStrictEqual({ ...(error as object) }, { name: "ConnectionError", fault });
    assert.match((error as Error).message, message);
  });
}

test("a peer that accepts and says nothing is given up in time", limit, async () => {
  const error = await tryConnect(
    net.createServer(() => {}),
    { connectTimeoutMs: 50 },
  );
  assert.match(
    String(error),
    /expected HTTP\/2 \(a SETTINGS frame first\), got nothing from 127\.0\.0\.1:\d+ within 50 ms/,
  );
});

test("a peer that stops after a few bytes is not told to have said nothing", limit, async () => {
  const begun = await tryConnect(
    net.createServer((socket) => socket.write(Buffer.from("000006", "hex"))),
    { connectTimeoutMs: 500 },
  );
  assert.match(String(begun), /first\), got 3 bytes of a frame that is not whole from 127\.0\.0\.1:\d+ within 500 ms/);
});

test("connecting can be aborted", limit, async () => {
  const abort = new AbortController();
  const server = net.createServer(() => abort.abort(new Error("changed my mind")));
  assert.match(String(await tryConnect(server, { signal: abort.signal })), /changed my mind/);
});

test("a port where nobody listens", limit, async () => {
  const server = net.createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as net.AddressInfo;
  server.close();
  await once(server, "close");
  await assert.rejects(connect({ target: `127.0.0.1:${port}` }), {
    name: "ConnectionError",
    fault: "unreachable",
    message: /cannot connect to 127\.0\.0\.1:\d+: connect ECONNREFUSED/,
  });
});

for (const target of ["localhost", "a:b", "a:99999", "unix:", ":80", "http://a:80"]) {
  test(`the target ${JSON.stringify(target)} is refused`, async () => {
    await assert.rejects(connect({ target }), { name: "TypeError", message: /a target is host:port or unix:path/ });
  });
}

for (const [options, message] of [
  [{ streamWindowBytes: 2 ** 31 }, "streamWindowBytes is a whole number from 1024 to 2147483647, got 2147483648"],
  [{ firstStreamId: 2 }, "firstStreamId is odd, as a client's streams are, got 2"],
  [{ firstStreamId: -1 }, "firstStreamId is a whole number from 1 to 2147483647, got -1"],
  [{ maxConcurrentCalls: Number.NaN }, "maxConcurrentCalls is 1 or more, got NaN"],
  [{ maxConcurrentCalls: 0 }, "maxConcurrentCalls is 1 or more, got 0"],
  [{ maxReceiveMessageBytes: Number.NaN }, "maxReceiveMessageBytes is 0 or more, got NaN"],
  [{ maxSendMessageBytes: -1 }, "maxSendMessageBytes is 0 or more, got -1"],
  [{ connectTimeoutMs: Number.NaN }, "connectTimeoutMs is 0 or more, got NaN"],
  [
    { keepalive: { intervalMs: Number.NaN, timeoutMs: 1, withoutCalls: true } },
    "keepalive.intervalMs is 1 or more, got NaN",
  ],
  [{ keepalive: { intervalMs: 1, timeoutMs: 0, withoutCalls: true } }, "keepalive.timeoutMs is 1 or more, got 0"],
] as const) {
  test(`connect refuses its options: ${message}`, async () => {
    await assert.rejects(connect({ target: "127.0.0.1:1", ...options }), { name: "RangeError", message });
  });
}

for (const [name, value] of [
  ["authority", "a\r\nx: b"],
  ["authority", "ü"],
  ["authority", ""],
  ["userAgent", "a\nb"],
] as const) {
  test(`${JSON.stringify(value)} as ${name} is refused`, async () => {
    const message = `${name} is of printable ASCII, got ${JSON.stringify(value)}`;
    await assert.rejects(connect({ target: "127.0.0.1:1", [name]: value }), { name: "TypeError", message });
  });
}

/** A self-signed certificate for localhost; undefined when openssl is not there. */
function certificate(): { cert: Buffer; key: Buffer } | undefined {
  const folder = mkdtempSync(join(tmpdir(), "wire-tls-"));
  after(() => rmSync(folder, { recursive: true, force: true }));
  const [cert, key] = [join(folder, "cert"), join(folder, "key")];
  try {
    execFileSync(
      "openssl",
      [
        ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"],
        ...["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"],
        ...["-out", cert, "-keyout", key],
      ],
      { stdio: "ignore" },
    );
  } catch (error) {
    if (process.env["HEY_E2E"] === "required") throw error;
    return undefined;
  }
  return { cert: readFileSync(cert), key: readFileSync(key) };
}

const pem = certificate();
const withTls = {
  ...limit,
  skip: pem === undefined ? "SKIPPED: openssl is not installed, so that no certificate could be made" : false,
};
const { cert = Buffer.alloc(0), key = Buffer.alloc(0) } = pem ?? {};

test("TLS: calls and a large stream, over a certificate that is checked", withTls, async () => {
  await using server = await startEchoServer({
    credentials: ServerCredentials.createSsl(null, [{ private_key: key, cert_chain: cert }]),
  });
  await using connection = await connect({
    target: server.target.replace("127.0.0.1", "localhost"),
    tls: { ca: cert },
  });
  const large = Buffer.concat([Buffer.from([0, 0, 0, 5]), Buffer.alloc(500_000, "tls")]);
  assert.ok((await callUnary(connection, echo.unary, large, { timeoutMs: 5000 })).equals(large));
  const answers = await Array.fromAsync(callServerStream(connection, echo.serverStream, large, { timeoutMs: 5000 }));
  assert.equal(answers.length, 5);
  for (let index = 0; index < 200; index++) {
    assert.equal(
      String(await callUnary(connection, echo.unary, Buffer.from(`${index}`), { timeoutMs: 5000 })),
      `${index}`,
    );
  }
});

test("TLS: a certificate that is not trusted is refused", withTls, async () => {
  const server = tls.createServer({ cert, key, ALPNProtocols: ["h2"] });
  server.on("tlsClientError", () => {});
  const error = await tryConnect(server, { tls: { servername: "localhost" } });
  assert.partialDeepStrictEqual({ ...(error as object) }, { fault: "tls" });
  assert.match(String(error), /cannot agree on TLS with 127\.0\.0\.1:\d+: self-signed certificate/);
});

test("TLS: a server that does not choose h2 is refused", withTls, async () => {
  const error = await tryConnect(tls.createServer({ cert, key }), { tls: { ca: cert, servername: "localhost" } });
  assert.match(String(error), /expected the peer to choose h2 by ALPN, got none/);
});

test("TLS: a server that refuses h2 is told without OpenSSL's places in its sources", withTls, async () => {
  const server = tls.createServer({ cert, key, ALPNProtocols: ["http/1.1"] });
  server.on("tlsClientError", () => {});
  const error = await tryConnect(server, { tls: { ca: cert, servername: "localhost" } });
  assert.partialDeepStrictEqual({ ...(error as object) }, { fault: "tls" });
  assert.match(String(error), /cannot agree on TLS with 127\.0\.0\.1:\d+: tlsv1 alert no application protocol$/);
});

test("TLS: a handshake that is not answered, or cut off, is told as one", limit, async () => {
  const silent = await tryConnect(
    net.createServer(() => {}),
    { tls: {}, connectTimeoutMs: 50 },
  );
  assert.match(String(silent), /expected a TLS handshake, got nothing from 127\.0\.0\.1:\d+ within 50 ms/);
  const closed = await tryConnect(
    net.createServer((socket) => socket.once("data", () => socket.end())),
    { tls: {} },
  );
  assert.match(String(closed), /expected a TLS handshake: 127\.0\.0\.1:\d+ closed the connection/);
});

test("TLS: options that OpenSSL does not take end connecting as a fault of TLS", limit, async () => {
  const error = await tryConnect(
    net.createServer(() => {}),
    { tls: { cert: "no certificate", key: "no key" } },
  );
  assert.partialDeepStrictEqual({ ...(error as object) }, { name: "ConnectionError", fault: "tls" });
});

test("without TLS no error is one of TLS, whatever its words", limit, async () => {
  await assert.rejects(connect({ target: "unix:/nowhere/TLS.sock" }), {
    fault: "unreachable",
    message: /cannot connect to unix:\/nowhere\/TLS\.sock: connect ENOENT/,
  });
});

test("TLS: spoken to a plain port, and plain spoken to a TLS port", withTls, async () => {
  await using plain = await startEchoServer();
  await assert.rejects(connect({ target: plain.target, tls: {}, connectTimeoutMs: 5000 }), {
    fault: "tls",
    message: /expected TLS from 127\.0\.0\.1:\d+, got something else: does it speak plain text/,
  });
  await using secure = await startEchoServer({
    credentials: ServerCredentials.createSsl(null, [{ private_key: key, cert_chain: cert }]),
  });
  await assert.rejects(connect({ target: secure.target, connectTimeoutMs: 5000 }), {
    fault: "protocol",
    message: /TLS record: the peer speaks TLS|closed the connection.*: does it speak TLS\?/,
  });
});
