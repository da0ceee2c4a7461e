import assert from "node:assert/strict";
import { test } from "node:test";
import { deflateSync, gzipSync } from "node:zlib";
import { ErrorCode } from "./http2/error-code.ts";
import { callClientStream, callUnary, Status } from "./index.ts";
import { type AnswerCase, testAnswers } from "./testing/answer-case.ts";
import { pair } from "./testing/pair.ts";
import { data, head, headers, message, trailers, windowUpdate } from "./testing/peer-frames.ts";

const gzip = { "grpc-encoding": "gzip" };

const cases: readonly AnswerCase[] = [
  {
    title: "DATA before headers",
    answer: [data(1, message("x"))],
    code: Status.INTERNAL,
    details: /expected headers first, got DATA/,
    reset: ErrorCode.PROTOCOL_ERROR,
  },
  {
    title: "headers without :status",
    answer: [headers(1, { "content-type": "application/grpc" })],
    code: Status.INTERNAL,
    details: /expected :status/,
    reset: ErrorCode.PROTOCOL_ERROR,
  },
  {
    title: "headers with a request's pseudo-header",
    answer: [headers(1, { ":status": "200", ":path": "/" })],
    code: Status.INTERNAL,
    details: /:path/,
    reset: ErrorCode.PROTOCOL_ERROR,
  },
  {
    title: "a pseudo-header after others",
    answer: [headers(1, { a: "1", ":status": "200" })],
    code: Status.INTERNAL,
    details: /first, got :status/,
    reset: ErrorCode.PROTOCOL_ERROR,
  },
  {
    title: "a field name in upper case",
    answer: [head(1, { "X-Big": "1" })],
    code: Status.INTERNAL,
    details: /lower case, got "X-Big"/,
    reset: ErrorCode.PROTOCOL_ERROR,
  },
  ...(
    [
      ["a line feed", "a\nb"],
      ["a carriage return", "a\rb"],
      ["a NUL", "a\0b"],
    ] as const
  ).map(
    ([what, value]): AnswerCase => ({
      title: `${what} in the value of a field`,
      answer: [head(1, { "x-a": value })],
      code: Status.INTERNAL,
      details: /expected no CR, LF or NUL in the value of x-a, got "a(?:\\n|\\r|\\u0000)b"/,
      reset: ErrorCode.PROTOCOL_ERROR,
    }),
  ),
  {
    title: "a :status that is no status",
    answer: [head(1, { ":status": "20" })],
    code: Status.INTERNAL,
    details: /got "20"/,
    reset: ErrorCode.PROTOCOL_ERROR,
  },
  {
    title: "trailers that do not end the stream",
    answer: [head(1), headers(1, { "grpc-status": "0" })],
    code: Status.INTERNAL,
    details: /ones that do not/,
    reset: ErrorCode.PROTOCOL_ERROR,
  },
  {
    title: "a second :status",
    answer: [head(1), head(1)],
    code: Status.INTERNAL,
    details: /second :status/,
    reset: ErrorCode.PROTOCOL_ERROR,
  },
  {
    title: "a header list over the limit",
    answer: [head(1, { a: "x".repeat(3000) })],
    code: Status.RESOURCE_EXHAUSTED,
    details: /a list of 31\d\d bytes/,
    reset: ErrorCode.CANCEL,
  },
  {
    title: "a message over the limit, announced only",
    answer: [head(1), data(1, Buffer.from([0, 255, 255, 255, 255]))],
    code: Status.RESOURCE_EXHAUSTED,
    details: /at most 1000 bytes, got one of 4294967295/,
    reset: ErrorCode.CANCEL,
  },
  {
    title: "a message over the limit, whole",
    answer: [head(1), data(1, message(Buffer.alloc(1001)))],
    code: Status.RESOURCE_EXHAUSTED,
    reset: ErrorCode.CANCEL,
  },
  {
    title: "gzip",
    answer: [head(1, gzip), data(1, message(gzipSync("packed"), 1)), data(1, message("plain")), trailers(1)],
    code: Status.OK,
    messages: ["packed", "plain"],
  },
  {
    title: "deflate",
    answer: [head(1, { "grpc-encoding": "deflate" }), data(1, message(deflateSync("packed"), 1)), trailers(1)],
    code: Status.OK,
    messages: ["packed"],
  },
  {
    title: "a compressed message without an encoding",
    answer: [head(1), data(1, message(gzipSync("x"), 1))],
    code: Status.INTERNAL,
    details: /compressed-flag/,
    reset: ErrorCode.CANCEL,
  },
  {
    title: "an encoding that we did not offer",
    answer: [head(1, { "grpc-encoding": "br" }), data(1, message("x", 1))],
    code: Status.INTERNAL,
    details: /grpc-encoding br/,
    reset: ErrorCode.CANCEL,
  },
  {
    title: "damaged gzip",
    answer: [head(1, gzip), data(1, message("not gzip", 1))],
    code: Status.INTERNAL,
    details: /cannot decompress/,
    reset: ErrorCode.CANCEL,
  },
  {
    title: "a gzip bomb",
    answer: [head(1, gzip), data(1, message(gzipSync(Buffer.alloc(100_000)), 1))],
    code: Status.RESOURCE_EXHAUSTED,
    details: /larger than 1000 bytes/,
    reset: ErrorCode.CANCEL,
  },
  {
    title: "a compressed-flag of 2",
    answer: [head(1), data(1, message("x", 2))],
    code: Status.INTERNAL,
    details: /0 or 1, got 2/,
    reset: ErrorCode.CANCEL,
  },
  {
    title: "a WINDOW_UPDATE of 0",
    answer: [windowUpdate(1, 0)],
    code: Status.INTERNAL,
    details: /above 0/,
    reset: ErrorCode.PROTOCOL_ERROR,
  },
  {
    title: "a window of the call past 2^31",
    answer: [windowUpdate(1, 0x7fff_ffff)],
    code: Status.INTERNAL,
    details: /below 2\^31/,
    reset: ErrorCode.FLOW_CONTROL_ERROR,
  },
  {
    title: "more DATA than the call's window",
    answer: [head(1), data(1, Buffer.alloc(5000))],
    code: Status.INTERNAL,
    details: /window, got 904 bytes more/,
    reset: ErrorCode.FLOW_CONTROL_ERROR,
  },
];

testAnswers(cases);

test("without a limit on messages compressed ones are read all the same", { timeout: 10_000 }, async () => {
  await using both = await pair({ maxReceiveMessageBytes: Number.POSITIVE_INFINITY });
  const { connection, far } = both;
  const asIs = (bytes: Buffer) => bytes;
  const call = callUnary(
    connection,
    { path: "/a.B/C", requestSerialize: asIs, responseDeserialize: asIs },
    Buffer.alloc(0),
  );
  const id = await far.nextCall();
  far.send(head(id, gzip), data(id, message(gzipSync("packed"), 1)), trailers(id));
  assert.equal(String(await call), "packed");
});

for (const [what, messages] of [
  ["none", []],
  ["more", [message("a"), message("b")]],
] as const) {
  test(`OK with ${what} for the one message of an answer is UNIMPLEMENTED`, { timeout: 10_000 }, async () => {
    await using both = await pair();
    const { connection, far } = both;
    const asIs = (bytes: Buffer) => bytes;
    const method = { path: "/a.B/C", requestSerialize: asIs, responseDeserialize: asIs };
    for (const call of [
      callUnary(connection, method, Buffer.alloc(0)),
      callClientStream(connection, method, [Buffer.alloc(0)]),
    ]) {
      const expected = { code: Status.UNIMPLEMENTED, details: `expected one answer, got ${what}` };
      const rejected = assert.rejects(call, expected);
      const id = await far.nextCall();
      far.send(head(id), ...messages.map((each) => data(id, each)), trailers(id));
      await rejected;
    }
  });
}
