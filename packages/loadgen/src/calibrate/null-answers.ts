// The least of HTTP/2 that a gRPC client needs to believe that it has been answered: RFC 9113, section 4.1 for the frames,
// section 6 for their types; RFC 7541, section 6 for the header fields, all of them literals or from the static table.

const frameType = { data: 0, headers: 1, settings: 4, ping: 6, windowUpdate: 8 } as const;
const flag = { ack: 1, endStream: 1, endHeaders: 4 } as const;
const headBytes = 9;
const prefaceBytes = 24;

/** Status 200, content-type application/grpc; an empty message; grpc-status 0. The stream's number is filled in. */
const answer = Buffer.concat([
  frame(frameType.headers, flag.endHeaders, Buffer.from([0x88, 0x0f, 0x10, 16, ...Buffer.from("application/grpc")])),
  frame(frameType.data, 0, Buffer.alloc(5)),
  frame(
    frameType.headers,
    flag.endHeaders | flag.endStream,
    Buffer.from([0, 11, ...Buffer.from("grpc-status"), 1, ...Buffer.from("0")]),
  ),
]);
const streamPlaces = framesOf(answer).map(({ at }) => at + 5);

/** What a client may send in all before it is given more room; renewed when half of it is used. */
const window = 65_535;

/**
 * Answers the frames of one connection: feed it what comes, write what it returns. Every request is answered with OK and an
 * empty message as soon as it has ended; its headers and its message are not looked at.
 */
export function createNullAnswers(): (chunk: Buffer) => Buffer {
  let rest: Buffer = Buffer.alloc(0);
  let awaitsPreface = true;
  let used = 0;
  return (chunk) => {
    let bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const parts: Buffer[] = [];
    if (awaitsPreface) {
      if (bytes.length < prefaceBytes) {
        rest = bytes;
        return Buffer.alloc(0);
      }
      awaitsPreface = false;
      bytes = bytes.subarray(prefaceBytes);
      parts.push(frame(frameType.settings, 0, Buffer.alloc(0)));
    }
    let ended = 0;
    for (const { at, type, flags, length } of framesOf(bytes)) {
      ended = at + headBytes + length;
      const isAck = (flags & flag.ack) !== 0;
      if (type === frameType.settings && !isAck) parts.push(frame(frameType.settings, flag.ack, Buffer.alloc(0)));
      if (type === frameType.ping && !isAck) {
        parts.push(frame(frameType.ping, flag.ack, bytes.subarray(at + headBytes, ended)));
      }
      if (type === frameType.data) used += length;
      if ((type === frameType.data || type === frameType.headers) && (flags & flag.endStream) !== 0) {
        const copy = Buffer.from(answer);
        for (const place of streamPlaces) bytes.copy(copy, place, at + 5, at + headBytes);
        parts.push(copy);
      }
    }
    rest = bytes.subarray(ended);
    if (used > window / 2) {
      const room = Buffer.alloc(4);
      room.writeUInt32BE(used);
      parts.push(frame(frameType.windowUpdate, 0, room));
      used = 0;
    }
    return Buffer.concat(parts);
  };
}

function frame(type: number, flags: number, payload: Buffer): Buffer {
  const head = Buffer.alloc(headBytes);
  head.writeUIntBE(payload.length, 0, 3);
  head[3] = type;
  head[4] = flags;
  return Buffer.concat([head, payload]);
}

/** The frames that are there whole. */
function framesOf(bytes: Buffer) {
  const frames: { readonly at: number; readonly type: number; readonly flags: number; readonly length: number }[] = [];
  for (let at = 0; at + headBytes <= bytes.length; ) {
    const length = bytes.readUIntBE(at, 3);
    if (at + headBytes + length > bytes.length) break;
    frames.push({ at, type: bytes[at + 3] as number, flags: bytes[at + 4] as number, length });
    at += headBytes + length;
  }
  return frames;
}
