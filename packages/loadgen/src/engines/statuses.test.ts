import assert from "node:assert/strict";
import { createServer, constants as h2, type ServerHttp2Stream } from "node:http2";
import type { AddressInfo } from "node:net";
import { after, before, describe, test } from "node:test";
import { report } from "../testing/run-loadgen.ts";

const grpc = { ":status": 200, "content-type": "application/grpc" };
const empty = Buffer.alloc(5);

/** What the server does, the code that gRPC's specification has for it, and grpc-js's where that is another. */
type Case = readonly [answer: string, code: string, grpcJsCode?: string];

/** What a server may do with a call, by the name that the call asks for. */
const answers: Readonly<Record<string, (stream: ServerHttp2Stream) => void>> = {
  good: (stream) => whole(stream, { "grpc-status": "0" }),
  "a status in the trailers": (stream) => whole(stream, { "grpc-status": "8", "grpc-message": "too%20much" }),
  "a status alone": (stream) => stream.respond({ ...grpc, "grpc-status": "5" }, { endStream: true }),
  "a status that gRPC does not have": (stream) => whole(stream, { "grpc-status": "30" }),
  "trailers without a status": (stream) => whole(stream, { "x-other": "1" }),
  "no trailers": (stream) => {
    stream.respond(grpc);
    stream.end(empty);
  },
  "a page with 200": (stream) => {
    stream.respond({ ":status": 200, "content-type": "text/html" });
    stream.end("<p>hello");
  },
  "a page with 503": (stream) => {
    stream.respond({ ":status": 503, "content-type": "text/html" });
    stream.end("<p>later");
  },
  "a page with 401": (stream) => stream.respond({ ":status": 401 }, { endStream: true }),
  "a reset for want of calm": (stream) => stream.close(h2.NGHTTP2_ENHANCE_YOUR_CALM),
  "a reset by cancellation": (stream) => stream.close(h2.NGHTTP2_CANCEL),
  "a reset for an internal error": (stream) => stream.close(h2.NGHTTP2_INTERNAL_ERROR),
  "a whole answer and a GOAWAY": (stream) => {
    stream.session?.goaway();
    whole(stream, { "grpc-status": "0" });
  },
  "no message, and OK": (stream) => whole(stream, { "grpc-status": "0" }, 0),
  "two messages, and OK": (stream) => whole(stream, { "grpc-status": "0" }, 2),
  "OK alone": (stream) => stream.respond({ ...grpc, "grpc-status": "0" }, { endStream: true }),
  "a refusal": (stream) => stream.close(h2.NGHTTP2_REFUSED_STREAM),
  "a lost connection": (stream) => stream.session?.destroy(),
};

function whole(stream: ServerHttp2Stream, trailers: Readonly<Record<string, string>>, messages = 1): void {
  stream.respond(grpc, { waitForTrailers: true });
  stream.on("wantTrailers", () => stream.sendTrailers(trailers));
  stream.end(Buffer.alloc(messages * empty.length));
}

describe("T16: a call has the code that gRPC has for what the server did", () => {
  const server = createServer();
  let address: string;

  before(async () => {
    server.on("stream", (stream, headers) => {
      stream.on("error", () => {});
      answers[String(headers["x-answer"])]?.(stream);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  after(() => {
    server.close();
  });

  for (const [answer, code, grpcJsCode = code] of [
    ["good", "OK"],
    ["a status in the trailers", "RESOURCE_EXHAUSTED"],
    ["a status alone", "NOT_FOUND"],
    ["a status that gRPC does not have", "UNKNOWN"],
    ["trailers without a status", "UNKNOWN"],
    ["no trailers", "UNKNOWN", "INTERNAL"],
    ["a page with 200", "UNKNOWN", "INTERNAL"],
    ["a page with 503", "UNAVAILABLE"],
    ["a page with 401", "UNAUTHENTICATED"],
    ["a reset for want of calm", "RESOURCE_EXHAUSTED"],
    ["a reset by cancellation", "CANCELLED"],
    ["a reset for an internal error", "INTERNAL"],
    ["a whole answer and a GOAWAY", "OK"],
    ["no message, and OK", "UNIMPLEMENTED"],
    ["OK alone", "UNIMPLEMENTED"],
    ["a refusal", "UNAVAILABLE"],
    ["a lost connection", "UNAVAILABLE"],
  ] satisfies readonly Case[]) {
    test(`T16: ${answer} is ${code}`, async () => {
      for (const [engine, expected] of [
        ["wire", code],
        ["grpc-js", grpcJsCode],
      ] as const) {
        const args = ["--engine", engine, "-m", `x-answer=${answer}`, "-n", "2", "-c", "1", address];
        const { codes, latency, accounting } = await report(args);
        assert.deepEqual(codes, { [expected]: 2 }, engine);
        assert.equal(latency.responseOk.count, code === "OK" ? 2 : 0);
        assert.equal(accounting.measured.finished, 2);
      }
    });
  }

  // grpc-js 1.14.7 never tells: there such a call ends by its deadline.
  test("T16: two messages, and OK is UNIMPLEMENTED", async () => {
    const { codes } = await report(["-m", "x-answer=two messages, and OK", "-n", "2", "-c", "1", address]);
    assert.deepEqual(codes, { UNIMPLEMENTED: 2 });
  });
});
