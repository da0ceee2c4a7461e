import assert from "node:assert/strict";
import { test } from "node:test";
import { callBidi, callClientStream, callServerStream, callUnary, connect, type Metadata, Status } from "./index.ts";
import { echo } from "./testing/echo-server.ts";
import { otherServers } from "./testing/other-servers.ts";

const timeoutMs = 20_000;
const limit = { timeout: 60_000 };

for (const { name, skip, start } of otherServers(process.env)) {
  test(`${name}: all kinds of call, metadata, statuses, deadlines, cancellation, gzip and large messages`, {
    ...limit,
    skip,
  }, async () => {
    await using server = await start();
    await using connection = await connect({
      target: server.target,
      streamWindowBytes: 50_000,
      connectionWindowBytes: 100_000,
    });
    const hello = Buffer.from("hello");
    let headers: Metadata = [];
    let trailers: Metadata = [];
    const answer = await callUnary(connection, echo.unary, hello, {
      timeoutMs,
      metadata: [
        ["x-text", "one"],
        ["x-data-bin", Buffer.from([0, 255, 10])],
      ],
      onHeaders: (metadata) => {
        headers = metadata;
      },
      onTrailers: (metadata) => {
        trailers = metadata;
      },
    });
    assert.deepEqual(answer, hello);
    assert.deepEqual(
      headers.find(([key]) => key === "x-initial"),
      ["x-initial", "first"],
    );
    assert.deepEqual(trailers.toSorted(), [
      ["x-data-bin", Buffer.from([0, 255, 10])],
      ["x-text", "one"],
    ]);

    const code = Status.OUT_OF_RANGE;
    const failing = callUnary(connection, echo.unary, hello, { timeoutMs, metadata: [["x-fail", `${code}`]] });
    await assert.rejects(failing, { code, details: "on request: 100 % ä" });
    const missing = { ...echo.unary, path: "/echo.Echo/Missing" };
    await assert.rejects(callUnary(connection, missing, hello, { timeoutMs }), { code: Status.UNIMPLEMENTED });
    const hanging = callUnary(connection, echo.unary, hello, { timeoutMs: 50, metadata: [["x-hang", "1"]] });
    await assert.rejects(hanging, { code: Status.DEADLINE_EXCEEDED });

    const large = Buffer.concat([Buffer.from([0, 0, 0, 6]), Buffer.alloc(400_000, "not much to compress? enough!")]);
    for (const compress of ["identity", "gzip"] as const) {
      const answers = await Array.fromAsync(
        callServerStream(connection, echo.serverStream, large, { timeoutMs, compress }),
      );
      assert.equal(answers.length, 6);
      assert.ok(answers.every((each) => each.equals(large)));
      const back = await Array.fromAsync(
        callBidi(connection, echo.bidi, [large, hello, large], { timeoutMs, compress }),
      );
      assert.deepEqual(
        back.map(({ length }) => length),
        [large.length, 5, large.length],
      );
    }
    const summary = await callClientStream(connection, echo.clientStream, [large, hello], { timeoutMs });
    assert.equal(summary.toString(), "2 messages, 400009 bytes");

    let seen = 0;
    for await (const each of callServerStream(connection, echo.serverStream, Buffer.from([0, 255, 255, 255]), {
      timeoutMs,
    })) {
      assert.equal(each.length, 4);
      if (++seen === 5000) break;
    }
    const many = await Promise.all(
      Array.from({ length: 500 }, (_, index) =>
        callUnary(connection, echo.unary, Buffer.from(`${index}`), { timeoutMs }),
      ),
    );
    assert.deepEqual(
      many.map(String),
      Array.from({ length: 500 }, (_, index) => `${index}`),
    );
    assert.equal(connection.active, 0);
  });
}
