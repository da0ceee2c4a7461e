import assert from "node:assert/strict";
import { test } from "node:test";
import { ErrorCode } from "./http2/error-code.ts";
import { Flag, FrameType } from "./http2/frame.ts";
import { Status } from "./index.ts";
import { type AnswerCase, testAnswers } from "./testing/answer-case.ts";
import { pair } from "./testing/pair.ts";
import {
  answer,
  block,
  data,
  frame,
  head,
  headers,
  message,
  reset,
  settings,
  trailers,
  trailersOnly,
} from "./testing/peer-frames.ts";
import { RecordingSink } from "./testing/recording-sink.ts";

const html = { "content-type": "text/html" };
const badLength = Buffer.concat([Buffer.from([0, 0, 0, 0, 9]), Buffer.from("half")]);

const cases: readonly AnswerCase[] = [
  { title: "a whole answer", answer: [answer(1, "hi")], code: Status.OK, messages: ["hi"] },
  { title: "no message at all", answer: [head(1), trailers(1)], code: Status.OK, messages: [] },
  {
    title: "several messages in one frame, empty ones too",
    answer: [head(1), data(1, Buffer.concat([message("a"), message(""), message("bc")])), trailers(1)],
    code: Status.OK,
    messages: ["a", "", "bc"],
  },
  {
    title: "a message over many frames, with empty and padded ones between",
    answer: [
      head(1),
      ...[...message("hello")].map((byte) => data(1, Buffer.from([byte]))),
      data(1, Buffer.alloc(0)),
      frame(FrameType.DATA, Flag.PADDED, 1, Buffer.concat([Buffer.from([3]), message("x"), Buffer.alloc(3)])),
      trailers(1),
    ],
    code: Status.OK,
    messages: ["hello", "x"],
  },
  {
    title: "padded headers with a priority",
    answer: [
      frame(
        FrameType.HEADERS,
        Flag.END_HEADERS | Flag.PADDED | Flag.PRIORITY,
        1,
        Buffer.concat([
          Buffer.from([2, 0, 0, 0, 0, 16]),
          block({ ":status": "200", "content-type": "application/grpc+proto" }),
          Buffer.alloc(2),
        ]),
      ),
      trailers(1),
    ],
    code: Status.OK,
  },
  {
    title: "headers cut into CONTINUATIONs of one byte",
    answer: [
      frame(FrameType.HEADERS, 0, 1),
      ...[...block({ ":status": "200", "content-type": "application/grpc" })].map((byte) =>
        frame(FrameType.CONTINUATION, 0, 1, Buffer.from([byte])),
      ),
      frame(FrameType.CONTINUATION, Flag.END_HEADERS, 1),
      data(1, message("x")),
      trailers(1),
    ],
    code: Status.OK,
    messages: ["x"],
  },
  {
    title: "frames of unknown types, unknown settings and priorities between",
    answer: [
      frame(0xfa, 0xff, 1, "0102"),
      settings([[0x99, 7]]),
      head(1),
      frame(FrameType.PRIORITY, 0, 1, "0000000010"),
      data(1, message("x")),
      frame(0x0c, 0, 0, ""),
      trailers(1),
    ],
    code: Status.OK,
    messages: ["x"],
  },
  {
    title: "the reserved bit before the id of a stream",
    answer: [head(0x8000_0001), data(0x8000_0001, message("x")), trailers(0x8000_0001)],
    code: Status.OK,
    messages: ["x"],
  },
  {
    title: "informational answers first",
    answer: [headers(1, { ":status": "103" }), headers(1, { ":status": "100" }), answer(1, "x")],
    code: Status.OK,
    messages: ["x"],
  },
  {
    title: "trailers only",
    answer: [trailersOnly(1, { "grpc-status": "5", "grpc-message": "not%20h%C3%A9re" })],
    code: Status.NOT_FOUND,
    details: /^not hére$/,
  },
  {
    title: "a content-type in upper case, with a parameter",
    answer: [
      headers(1, { ":status": "200", "content-type": "Application/GRPC; a=b" }),
      data(1, message("x")),
      trailers(1),
    ],
    code: Status.OK,
    messages: ["x"],
  },
  {
    title: "trailers only without a content-type, but with a grpc-status",
    answer: [trailers(1, { ":status": "200", "grpc-status": "7" })],
    code: Status.PERMISSION_DENIED,
  },
  {
    title: "a status out of range",
    answer: [head(1), trailers(1, { "grpc-status": "99" })],
    code: Status.UNKNOWN,
    details: /from 0 to 16, got "99"/,
  },
  {
    title: "a status that is no number",
    answer: [head(1), trailers(1, { "grpc-status": "x" })],
    code: Status.UNKNOWN,
    details: /got "x"/,
  },
  {
    title: "a status message that does not decode",
    answer: [head(1), trailers(1, { "grpc-status": "2", "grpc-message": "100%" })],
    code: Status.UNKNOWN,
    details: /^100%$/,
  },
  {
    title: "messages before an error",
    answer: [head(1), data(1, message("a")), trailers(1, { "grpc-status": "10" })],
    code: Status.ABORTED,
    messages: ["a"],
  },
  {
    title: "missing trailers",
    answer: [head(1), data(1, message("a"), Flag.END_STREAM)],
    code: Status.UNKNOWN,
    details: /expected trailers with grpc-status, got the end of the stream \(HTTP status 200\)/,
    messages: ["a"],
  },
  {
    title: "trailers without a status",
    answer: [head(1), trailers(1, { "x-other": "1" })],
    code: Status.UNKNOWN,
    details: /expected grpc-status in the trailers, got none/,
  },
  {
    title: "an HTTP error whose trailers have a grpc-status",
    answer: [head(1, { ":status": "500" }), trailers(1, { "grpc-status": "8" })],
    code: Status.RESOURCE_EXHAUSTED,
  },
  {
    title: "an HTTP error without body",
    answer: [trailers(1, { ":status": "503" })],
    code: Status.UNAVAILABLE,
    details: /expected a gRPC answer, got HTTP status 503 with no content-type/,
  },
  {
    title: "a page instead of an answer",
    answer: [headers(1, { ":status": "200", ...html }), data(1, Buffer.from("<html>"), Flag.END_STREAM)],
    code: Status.UNKNOWN,
    details: /got HTTP status 200 with content-type "text\/html"/,
    reset: ErrorCode.CANCEL,
  },
  ...(
    [
      [400, Status.INTERNAL],
      [401, Status.UNAUTHENTICATED],
      [403, Status.PERMISSION_DENIED],
      [404, Status.UNIMPLEMENTED],
      [429, Status.UNAVAILABLE],
      [431, Status.INTERNAL],
      [502, Status.UNAVAILABLE],
      [503, Status.UNAVAILABLE],
      [504, Status.UNAVAILABLE],
      [418, Status.UNKNOWN],
      [302, Status.UNKNOWN],
    ] as const
  ).map(
    ([http, code]): AnswerCase => ({
      title: `HTTP status ${http}`,
      answer: [headers(1, { ":status": `${http}`, ...html }), data(1, Buffer.from("no"), Flag.END_STREAM)],
      code,
      details: new RegExp(`HTTP status ${http}`),
    }),
  ),
  ...(
    [
      [ErrorCode.NO_ERROR, Status.INTERNAL],
      [ErrorCode.PROTOCOL_ERROR, Status.INTERNAL],
      [ErrorCode.INTERNAL_ERROR, Status.INTERNAL],
      [ErrorCode.FLOW_CONTROL_ERROR, Status.INTERNAL],
      [ErrorCode.SETTINGS_TIMEOUT, Status.INTERNAL],
      [ErrorCode.STREAM_CLOSED, Status.UNKNOWN],
      [ErrorCode.FRAME_SIZE_ERROR, Status.INTERNAL],
      [ErrorCode.REFUSED_STREAM, Status.UNAVAILABLE],
      [ErrorCode.CANCEL, Status.CANCELLED],
      [ErrorCode.COMPRESSION_ERROR, Status.INTERNAL],
      [ErrorCode.CONNECT_ERROR, Status.INTERNAL],
      [ErrorCode.ENHANCE_YOUR_CALM, Status.RESOURCE_EXHAUSTED],
      [ErrorCode.INADEQUATE_SECURITY, Status.PERMISSION_DENIED],
      [ErrorCode.HTTP_1_1_REQUIRED, Status.UNKNOWN],
      [0x1234, Status.UNKNOWN],
    ] as const
  ).map(
    ([errorCode, code]): AnswerCase => ({
      title: `RST_STREAM with error ${errorCode}`,
      answer: [reset(1, errorCode)],
      code,
      details: /the server reset the call: (?:[A-Z_1]+|error 0x1234)$/,
      retrySafe: errorCode === ErrorCode.REFUSED_STREAM,
    }),
  ),
  {
    title: "RST_STREAM in the middle of a message",
    answer: [head(1), data(1, badLength), reset(1, ErrorCode.CANCEL)],
    code: Status.CANCELLED,
  },
  {
    title: "an answer that ends within a message",
    answer: [head(1), data(1, badLength), trailers(1)],
    code: Status.INTERNAL,
    details: /after 4 of 9 bytes/,
  },
  {
    title: "an answer that ends within a prefix",
    answer: [head(1), data(1, Buffer.alloc(3)), trailers(1)],
    code: Status.INTERNAL,
    details: /after 3 bytes of its prefix/,
  },
  {
    title: "an error after half a message keeps the error",
    answer: [head(1), data(1, badLength), trailers(1, { "grpc-status": "9" })],
    code: Status.FAILED_PRECONDITION,
  },
];

testAnswers(cases);

test("headers of a call that is over are read all the same: later blocks refer to them", {
  timeout: 10_000,
}, async () => {
  await using both = await pair();
  const { connection, far } = both;
  const sink = new RecordingSink();
  const request = connection.prepare({ path: "/a.B/C" });
  const first = connection.unary(request, sink, 1, Buffer.alloc(0));
  connection.cancel(first);
  connection.unary(request, sink, 2, Buffer.alloc(0));
  assert.equal(await far.nextCall(), first);
  const second = await far.nextCall();
  // A literal that the table takes, and its place there.
  const learnt = Buffer.concat([block({ ":status": "200" }), Buffer.from("4003782d610131", "hex")]);
  const end = Flag.END_HEADERS | Flag.END_STREAM;
  far.send(frame(FrameType.HEADERS, Flag.END_HEADERS, first, learnt), head(second));
  far.send(frame(FrameType.HEADERS, end, second, Buffer.concat([block({ "grpc-status": "0" }), Buffer.from([0xbe])])));
  assert.deepEqual((await sink.ended(2)).trailers, [["x-a", "1"]]);
});
