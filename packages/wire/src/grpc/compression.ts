import { gunzipSync, gzipSync, inflateSync } from "node:zlib";
import { Status } from "./status.ts";

/** What we can read, for `grpc-accept-encoding`. */
export const acceptedEncodings = "identity,gzip,deflate";

/** Compresses a message as `encoding: "gzip"` wants it. */
export function compress(message: Uint8Array): Uint8Array {
  return gzipSync(message);
}

/**
 * The message in `bytes[start, end)` without its compression.
 * @throws an Error whose message says why, for damaged bytes, an encoding we did not offer, and more than `limitBytes`.
 */
export function decompress(
  encoding: string,
  bytes: Buffer,
  limits: { start: number; end: number; limitBytes: number },
): Buffer {
  const part = bytes.subarray(limits.start, limits.end);
  const options = { maxOutputLength: limits.limitBytes };
  switch (encoding) {
    case "gzip":
      return gunzipSync(part, options);
    case "deflate":
      return inflateSync(part, options);
    default:
      throw new Error(
        `expected a message in one of ${acceptedEncodings}, got one compressed with grpc-encoding ${encoding}`,
      );
  }
}

/** What a call ends with whose message could not be decompressed: `error` is what `decompress` threw. */
export function damage(error: unknown, limitBytes: number): { code: number; details: string } {
  const tooLarge = (error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE";
  const why = tooLarge ? `it is larger than ${limitBytes} bytes` : (error as Error).message;
  const code = tooLarge ? Status.RESOURCE_EXHAUSTED : Status.INTERNAL;
  return { code, details: `cannot decompress a message: ${why}` };
}

/** A message as it came, to be decompressed later: what waits for its reader is then as large as the peer's window, and no larger. */
export class PackedMessage {
  readonly #encoding: string;
  readonly #bytes: Buffer;
  readonly #limitBytes: number;

  /** Keeps a copy of `bytes[start, end)`. */
  constructor(encoding: string, bytes: Buffer, { start, end, limitBytes }: Parameters<typeof decompress>[2]) {
    this.#encoding = encoding;
    this.#bytes = Buffer.allocUnsafeSlow(end - start);
    bytes.copy(this.#bytes, 0, start, end);
    this.#limitBytes = limitBytes;
  }

  /** The message, or what its call ends with. */
  unpack(): Buffer | { code: number; details: string } {
    const limits = { start: 0, end: this.#bytes.length, limitBytes: this.#limitBytes };
    try {
      return decompress(this.#encoding, this.#bytes, limits);
    } catch (error) {
      return damage(error, this.#limitBytes);
    }
  }
}
