import { Flag, FrameType } from "../http2/frame.ts";

/** The bytes of any frame, right or wrong: what a scripted peer sends. */
export function frame(type: number, flags: number, streamId: number, payload: Uint8Array | string = ""): Buffer {
  const body = typeof payload === "string" ? Buffer.from(payload, "hex") : Buffer.from(payload);
  const header = Buffer.alloc(9);
  header.writeUIntBE(body.length, 0, 3);
  header[3] = type;
  header[4] = flags;
  header.writeUInt32BE(streamId, 5);
  return Buffer.concat([header, body]);
}

export function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

export function settings(entries: readonly (readonly [identifier: number, value: number])[] = []): Buffer {
  const payload = entries.map(([identifier, value]) => Buffer.concat([Buffer.from([0, identifier]), uint32(value)]));
  return frame(FrameType.SETTINGS, 0, 0, Buffer.concat(payload));
}

/** A header block of literals that touch no table, as `name: value` pairs. */
export function block(fields: Readonly<Record<string, string>>): Buffer {
  const parts = Object.entries(fields).map(([name, value]) =>
    Buffer.concat([Buffer.from([0]), hpackString(name), hpackString(value)]),
  );
  return Buffer.concat(parts);
}

function hpackString(text: string): Buffer {
  const bytes = Buffer.from(text, "latin1");
  if (bytes.length < 127) return Buffer.concat([Buffer.from([bytes.length]), bytes]);
  const rest = bytes.length - 127;
  return Buffer.concat([Buffer.from([127, (rest & 127) | 128, rest >>> 7]), bytes]);
}

export function headers(
  streamId: number,
  fields: Readonly<Record<string, string>>,
  flags: number = Flag.END_HEADERS,
): Buffer {
  return frame(FrameType.HEADERS, flags, streamId, block(fields));
}

const grpcHead = { ":status": "200", "content-type": "application/grpc" };

/** The beginning of a gRPC answer. */
export function head(streamId: number, more: Readonly<Record<string, string>> = {}): Buffer {
  return headers(streamId, { ...grpcHead, ...more });
}

/** Its end. */
export function trailers(streamId: number, fields: Readonly<Record<string, string>> = { "grpc-status": "0" }): Buffer {
  return headers(streamId, fields, Flag.END_HEADERS | Flag.END_STREAM);
}

/** An answer of trailers only. */
export function trailersOnly(streamId: number, fields: Readonly<Record<string, string>>): Buffer {
  return trailers(streamId, { ...grpcHead, ...fields });
}

export function data(streamId: number, payload: Uint8Array, flags = 0): Buffer {
  return frame(FrameType.DATA, flags, streamId, payload);
}

/** A length-prefixed message. */
export function message(text: string | Uint8Array, flag = 0): Buffer {
  const bytes = Buffer.from(text as string);
  return Buffer.concat([Buffer.from([flag]), uint32(bytes.length), bytes]);
}

/** A whole answer. */
export function answer(streamId: number, text: string): Buffer {
  return Buffer.concat([head(streamId), data(streamId, message(text)), trailers(streamId)]);
}

export function reset(streamId: number, errorCode: number): Buffer {
  return frame(FrameType.RST_STREAM, 0, streamId, uint32(errorCode));
}

export function goAway(lastId: number, errorCode: number, debug = ""): Buffer {
  return frame(FrameType.GOAWAY, 0, 0, Buffer.concat([uint32(lastId), uint32(errorCode), Buffer.from(debug)]));
}

export function windowUpdate(streamId: number, increment: number): Buffer {
  return frame(FrameType.WINDOW_UPDATE, 0, streamId, uint32(increment));
}
