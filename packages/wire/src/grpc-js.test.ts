import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { networkInterfaces, tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { callBidi, callClientStream, callServerStream, callUnary, connect, type Metadata, Status } from "./index.ts";
import { echo, startEchoServer } from "./testing/echo-server.ts";

const timeoutMs = 10_000;
const limit = { timeout: 20_000 };
const hasIpv6 = Object.values(networkInterfaces()).some((each) => each?.some(({ address }) => address === "::1"));
const noIpv6 = hasIpv6 ? false : "SKIPPED: this machine has no IPv6, so that none of its addresses could be called";

test("all four kinds of call on one connection", limit, async () => {
  await using server = await startEchoServer();
  await using connection = await connect({ target: server.target });
  const hello = Buffer.from("hello");
  assert.deepEqual(await callUnary(connection, echo.unary, hello, { timeoutMs }), hello);

  const three = Buffer.from([0, 0, 0, 3]);
  assert.deepEqual(await Array.fromAsync(callServerStream(connection, echo.serverStream, three, { timeoutMs })), [
    three,
    three,
    three,
  ]);

  const words = ["a", "bc", "def"].map((word) => Buffer.from(word));
  const summary = await callClientStream(connection, echo.clientStream, words, { timeoutMs });
  assert.equal(summary.toString(), "3 messages, 6 bytes");

  assert.deepEqual(await Array.fromAsync(callBidi(connection, echo.bidi, words, { timeoutMs })), words);
  assert.equal(connection.active, 0);
  assert.equal(connection.statistics.callsStarted, 4);
});

test("metadata goes both ways, binary and text, first and last", limit, async () => {
  await using server = await startEchoServer();
  await using connection = await connect({ target: server.target });
  let headers: Metadata = [];
  let trailers: Metadata = [];
  await callUnary(connection, echo.unary, Buffer.alloc(0), {
    timeoutMs,
    metadata: [
      ["x-text", "one"],
      ["x-text", "two"],
      ["x-data-bin", Buffer.from([0, 255, 10])],
    ],
    onHeaders: (metadata) => {
      headers = metadata;
    },
    onTrailers: (metadata) => {
      trailers = metadata;
    },
  });
  assert.deepEqual(
    headers.find(([name]) => name === "x-initial"),
    ["x-initial", "first"],
  );
  const values = (name: string) => trailers.filter(([key]) => key === name).map(([, value]) => value);
  assert.deepEqual(values("x-text").join().replace(", ", ","), "one,two", "servers may join them by commas");
  assert.deepEqual(values("x-data-bin"), [Buffer.from([0, 255, 10])]);
});

for (const code of Object.values(Status).filter((value) => value !== Status.OK)) {
  test(`status ${code} comes with its message and trailers`, limit, async () => {
    await using server = await startEchoServer();
    await using connection = await connect({ target: server.target });
    const metadata: Metadata = [
      ["x-fail", `${code}`],
      ["x-text", "kept"],
    ];
    await assert.rejects(
      callUnary(connection, echo.unary, Buffer.alloc(0), { timeoutMs, metadata }),
      (error: Error) => {
        assert.partialDeepStrictEqual(
          { ...error },
          {
            name: "CallError",
            code,
            details: "on request: 100 % ä",
            retrySafe: false,
          },
        );
        assert.ok("trailers" in error && JSON.stringify(error.trailers).includes('["x-text","kept"]'));
        return true;
      },
    );
  });
}

test("a method that the server does not have is UNIMPLEMENTED", limit, async () => {
  await using server = await startEchoServer();
  await using connection = await connect({ target: server.target });
  const missing = { ...echo.unary, path: "/echo.Echo/Missing" };
  await assert.rejects(callUnary(connection, missing, Buffer.alloc(0), { timeoutMs }), { code: Status.UNIMPLEMENTED });
});

test("a deadline ends the call by the local clock", limit, async () => {
  await using server = await startEchoServer();
  await using connection = await connect({ target: server.target });
  const call = callUnary(connection, echo.unary, Buffer.alloc(0), { timeoutMs: 30, metadata: [["x-hang", "1"]] });
  await assert.rejects(call, { code: Status.DEADLINE_EXCEEDED });
  assert.deepEqual(await callUnary(connection, echo.unary, Buffer.from("next"), { timeoutMs }), Buffer.from("next"));
});

test("a signal cancels the call, and the server sees it", limit, async () => {
  await using server = await startEchoServer();
  await using connection = await connect({ target: server.target });
  const abort = new AbortController();
  const call = callUnary(connection, echo.unary, Buffer.alloc(0), {
    timeoutMs,
    signal: abort.signal,
    metadata: [["x-hang", "1"]],
    onHeaders: () => abort.abort(new Error("enough")),
  });
  await assert.rejects(call, { code: Status.CANCELLED, details: "enough" });
  assert.equal(connection.active, 0);
});

test("leaving the loop of an endless stream cancels it, and the connection goes on", limit, async () => {
  await using server = await startEchoServer();
  await using connection = await connect({ target: server.target });
  const endless = Buffer.from([255, 255, 255, 255]);
  let seen = 0;
  for await (const message of callServerStream(connection, echo.serverStream, endless, { timeoutMs })) {
    assert.deepEqual(message, endless);
    if (++seen === 1000) break;
  }
  assert.equal(connection.active, 0);
  assert.deepEqual(await callUnary(connection, echo.unary, Buffer.from("next"), { timeoutMs }), Buffer.from("next"));
});

test("messages far larger than any window go both ways", limit, async () => {
  await using server = await startEchoServer();
  await using connection = await connect({
    target: server.target,
    streamWindowBytes: 20_000,
    connectionWindowBytes: 70_000,
    maxReceiveMessageBytes: 16 * 1024 * 1024,
  });
  const large = Buffer.alloc(3_000_000, "0123456789abcdefg");
  assert.ok((await callUnary(connection, echo.unary, large, { timeoutMs })).equals(large));
  const answers = await Array.fromAsync(
    callBidi(connection, echo.bidi, [large, large, Buffer.alloc(0), large], { timeoutMs }),
  );
  assert.deepEqual(
    answers.map(({ length }) => length),
    [large.length, large.length, 0, large.length],
  );
  assert.ok(answers[3]?.equals(large));
  assert.ok(connection.statistics.sendStalls > 0);
});

test("gzip of the requests is understood", limit, async () => {
  await using server = await startEchoServer();
  await using connection = await connect({ target: server.target });
  const text = Buffer.alloc(100_000, "so much of the same ");
  const answer = await callUnary(connection, echo.unary, text, { timeoutMs, compress: "gzip" });
  assert.ok(answer.equals(text));
  assert.ok(connection.statistics.bytesWritten < 10_000, `${connection.statistics.bytesWritten}`);
});

test("the error of a failing stream comes after the messages before it", limit, async () => {
  await using server = await startEchoServer();
  await using connection = await connect({ target: server.target });
  const seen: string[] = [];
  await assert.rejects(
    async () => {
      for await (const message of callBidi(connection, echo.bidi, [Buffer.from("a"), Buffer.from("fail")], {
        timeoutMs,
      })) {
        seen.push(message.toString());
      }
    },
    { code: Status.ABORTED, details: "as asked" },
  );
  assert.deepEqual(seen, ["a"]);
});

test("what the requests throw is what the caller gets", limit, async () => {
  await using server = await startEchoServer();
  await using connection = await connect({ target: server.target });
  async function* requests() {
    yield Buffer.from("a");
    throw new Error("no more words");
  }
  await assert.rejects(callClientStream(connection, echo.clientStream, requests(), { timeoutMs }), /no more words/);
  await assert.rejects(Array.fromAsync(callBidi(connection, echo.bidi, requests(), { timeoutMs })), /no more words/);
  assert.equal(connection.active, 0);
});

test("500 calls at once over a limit of 10 streams all end well, in order of asking", limit, async () => {
  await using server = await startEchoServer({ channelOptions: { "grpc.max_concurrent_streams": 10 } });
  await using connection = await connect({ target: server.target });
  assert.equal(connection.limit, 10);
  const calls = Array.from({ length: 500 }, (_, index) =>
    callUnary(connection, echo.unary, Buffer.from(`${index}`), { timeoutMs }),
  );
  const answers = await Promise.all(calls);
  assert.deepEqual(
    answers.map((answer) => Number(answer.toString())),
    Array.from({ length: 500 }, (_, index) => index),
  );
  assert.ok(connection.statistics.limitReached > 0);
});

test("a Unix socket", limit, async (context) => {
  const folder = mkdtempSync(join(tmpdir(), "wire-"));
  context.after(() => rmSync(folder, { recursive: true }));
  await using server = await startEchoServer({ address: `unix:${join(folder, "echo.sock")}` });
  await using connection = await connect({ target: server.target });
  assert.deepEqual(await callUnary(connection, echo.unary, Buffer.from("x"), { timeoutMs }), Buffer.from("x"));
});

test("an IPv6 address, which is the calls' authority as it was given", { ...limit, skip: noIpv6 }, async () => {
  await using server = await startEchoServer({ address: "[::1]:0" });
  await using connection = await connect({ target: server.target });
  assert.match(connection.peer, /^\[::1\]:\d+$/);
  assert.equal(String(await callUnary(connection, echo.unary, Buffer.from("x"), { timeoutMs })), "x");
  const { fields } = connection.prepare({ path: "/a.B/C" });
  assert.equal(fields.find(({ name }) => name === ":authority")?.value, server.target);
});

test("ping measures a round trip", limit, async () => {
  await using server = await startEchoServer();
  await using connection = await connect({ target: server.target });
  assert.ok((await connection.ping()) > 0);
});
