import assert from "node:assert/strict";
import { test } from "node:test";
import { CallError, callUnary, connect, type Metadata } from "./index.ts";
import { echo, startEchoServer } from "./testing/echo-server.ts";
import { otherServers } from "./testing/other-servers.ts";
import { seeded } from "./testing/seeded.ts";

const inFlight = 64;

const servers = [
  { name: "grpc-js", skip: false as const, start: startEchoServer, calls: 4_000 },
  ...otherServers(process.env).map((each) => ({ ...each, calls: each.name === "grpc-go" ? 10_000 : 2_000 })),
];

// Trailers that differ from call to call change the header table all the time; without them the same few header blocks come again and again.
const kinds = [
  ["message and status", false],
  ["message, status and trailers", true],
] as const;

for (const [{ name, skip, start, calls }, [what, hasTrailers]] of servers.flatMap((server) =>
  kinds.map((kind) => [server, kind] as const),
)) {
  test(`${name}: of ${calls} calls, ${inFlight} at a time, each gets its own answer: ${what}`, {
    timeout: 60_000,
    skip,
  }, async () => {
    await using server = await start();
    // A small buffer, which the reads of the socket fill again and again at the same places.
    await using connection = await connect({ target: server.target, readBufferBytes: 2048 });
    const random = seeded(11);
    let next = 0;

    async function call(): Promise<void> {
      const text = hasTrailers ? [["x-text", `call-${next}`.padEnd(6 + (next % 7), "x")] as const] : [];
      const message = Buffer.alloc(random() < 0.9 ? Math.floor(random() * 40) : Math.floor(random() * 5_000), next++);
      // From those of gRPC; 0 is none that fails.
      const code = random() < 0.5 ? 0 : Math.floor(random() * 17);
      const fail = code === 0 ? [] : ([["x-fail", `${code}`]] as const);
      let trailers: Metadata = [];
      const answer = callUnary(connection, echo.unary, message, {
        timeoutMs: 30_000,
        metadata: [...text, ...fail],
        onTrailers: (metadata) => {
          trailers = metadata;
        },
      });
      const [outcome] = await Promise.allSettled([answer]);
      if (outcome.status === "fulfilled") assert.deepEqual([0, outcome.value], [code, message]);
      else {
        assert.ok(outcome.reason instanceof CallError);
        assert.equal(outcome.reason.code, code);
        trailers = outcome.reason.trailers;
      }
      assert.deepEqual(
        trailers.filter(([key]) => key === "x-text"),
        text,
      );
    }

    async function caller(): Promise<void> {
      while (next < calls) await call();
    }
    await Promise.all(Array.from({ length: inFlight }, caller));
    assert.equal(next, calls);
  });
}
