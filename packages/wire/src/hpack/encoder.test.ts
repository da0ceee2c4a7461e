import assert from "node:assert/strict";
import { test } from "node:test";
import { deriveRequest, prepareRequest, requestBlock } from "../request.ts";
import { type HeaderBlock, HeaderDecoder } from "./decoder.ts";
import { encodeUnindexed, HeaderEncoder } from "./encoder.ts";

function newDecoder(tableBytes: number, listLimitBytes: number) {
  return new HeaderDecoder(tableBytes, listLimitBytes, (block: HeaderBlock) => block);
}

const request = [
  { name: ":method", value: "POST" },
  { name: ":path", value: "/a.Service/Method" },
  { name: "x-tenant", value: "a" },
  { name: "x-bytes", value: "\u0000\u00ff" },
];

function decodeWith(decoder: HeaderDecoder<HeaderBlock>, bytes: Uint8Array) {
  return decoder.decode(Buffer.from(bytes), 0, bytes.length).fields;
}

test("the second block of the same fields is one byte a field and changes nothing", () => {
  const encoder = new HeaderEncoder();
  const decoder = newDecoder(4096, 65_536);
  assert.deepEqual(decodeWith(decoder, encoder.encode(request)), request);
  const version = encoder.version;
  const block = encoder.encode(request);
  assert.equal(block.length, request.length);
  assert.equal(encoder.version, version);
  assert.deepEqual(decodeWith(decoder, block), request);
});

test("a full table is left as it is: what does not fit goes as a literal", () => {
  const encoder = new HeaderEncoder();
  const decoder = newDecoder(4096, 65_536);
  for (let index = 0; index < 200; index++) {
    const fields = [...request, { name: "x-number", value: `${index} ${"v".repeat(30)}` }];
    assert.deepEqual(decodeWith(decoder, encoder.encode(fields)), fields);
  }
  const version = encoder.version;
  const fields = [...request, { name: "x-number", value: "new" }];
  assert.deepEqual(decodeWith(decoder, encoder.encode(fields)), fields);
  assert.equal(encoder.version, version);
});

test("a smaller table of the peer's is announced once, with the smallest in between", () => {
  const encoder = new HeaderEncoder();
  encoder.encode(request);
  encoder.limitTable(0);
  encoder.limitTable(100);
  const decoder = newDecoder(100, 65_536);
  const before = encoder.version;
  const block = encoder.encode(request);
  assert.equal(Buffer.from(block).toString("hex", 0, 4), "203f4583");
  assert.deepEqual(decodeWith(decoder, block), request);
  assert.notEqual(encoder.version, before, "a block with a size update may not be sent again");
  assert.deepEqual(decodeWith(decoder, encoder.encode(request)), request);
});

test("unindexed fields need no table", () => {
  assert.deepEqual(decodeWith(newDecoder(0, 65_536), encodeUnindexed(request)), request);
});

test("a request's block is encoded once, and a time given anew replaces the one before", () => {
  const encoder = new HeaderEncoder();
  const origin = { scheme: "http", authority: "a", userAgent: "b" };
  const whole = prepareRequest(origin, { path: "/a.B/C", timeoutMs: 1000 });
  requestBlock(whole, encoder);
  assert.equal(requestBlock(whole, encoder), requestBlock(whole, encoder));

  // "Implementations should send Timeout immediately after the reserved headers" (grpc: doc/PROTOCOL-HTTP2.md).
  const names = whole.fields.map(({ name }) => name);
  assert.deepEqual(names.slice(0, 6), [":method", ":scheme", ":path", ":authority", "grpc-timeout", "te"]);

  const decoder = newDecoder(4096, 65_536);
  const fields = decodeWith(decoder, requestBlock(deriveRequest(whole, { timeoutMs: 5 }), new HeaderEncoder()));
  assert.deepEqual(
    fields.filter(({ name }) => name === "grpc-timeout"),
    [{ name: "grpc-timeout", value: "5m" }],
  );
});
