import { ErrorCode } from "../http2/error-code.ts";
import { ProtocolError } from "../http2/protocol-error.ts";

/** Writes `value` with a prefix of `prefixBits` bits under `flags` (RFC 7541, 5.1); returns the position after it. */
export function writeInteger(
  value: number,
  prefixBits: number,
  flags: number,
  out: Uint8Array,
  position: number,
): number {
  const limit = (1 << prefixBits) - 1;
  if (value < limit) {
    out[position] = flags | value;
    return position + 1;
  }
  out[position] = flags | limit;
  let at = position + 1;
  let rest = value - limit;
  while (rest >= 128) {
    out[at++] = (rest & 127) | 128;
    rest >>>= 7;
  }
  out[at++] = rest;
  return at;
}

/** Reads integers and strings of one header block in order; `position` is where the next one begins. */
export class IntegerReader {
  position = 0;

  /**
   * Reads the integer whose prefix is the low `prefixBits` bits of the byte at `position`.
   * @throws ProtocolError COMPRESSION_ERROR when the block ends inside it or it passes 2^28: nothing in a header block is as long.
   */
  read(bytes: Uint8Array, end: number, prefixBits: number): number {
    const limit = (1 << prefixBits) - 1;
    let value = (bytes[this.position++] as number) & limit;
    if (value < limit) return value;
    for (let shift = 0; ; shift += 7) {
      if (this.position >= end) throw compression("a whole integer", "the end of the header block inside one");
      const byte = bytes[this.position++] as number;
      if (shift > 21) throw compression("an integer below 2^28", "a longer one");
      value += (byte & 127) << shift;
      if (byte < 128) return value;
    }
  }
}

/** The error of a header block that cannot be decoded: the whole connection is lost with it. */
export function compression(expected: string, got: string): ProtocolError {
  return new ProtocolError(ErrorCode.COMPRESSION_ERROR, `expected ${expected} in a header block, got ${got}`);
}
