import { constants } from "node:buffer";
import { gunzipSync, gzipSync, inflateSync } from "node:zlib";
import { Status } from "./status.ts";

/** What we can read, for `grpc-accept-encoding`. */
export const acceptedEncodings = "identity,gzip,deflate";

/** Compresses a message as `encoding: "gzip"` wants it. */
export function compress(message: Uint8Array): Uint8Array {
  return gzipSync(message);
}

/** How the messages of a call are compressed, and how large one may become. */
export interface Packing {
  readonly encoding: string;
  readonly limitBytes: number;
}

/** The message in `bytes[start, end)` without its compression, or what its call ends with: it is damaged, or too large. */
export function unpack(
  packing: Packing,
  bytes: Buffer,
  start: number,
  end: number,
): Buffer | { code: number; details: string } {
  try {
    return decompress(packing, bytes.subarray(start, end));
  } catch (error) {
    const tooLarge = (error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE";
    const why = tooLarge ? `it is larger than ${packing.limitBytes} bytes` : (error as Error).message;
    const code = tooLarge ? Status.RESOURCE_EXHAUSTED : Status.INTERNAL;
    return { code, details: `cannot decompress a message: ${why}` };
  }
}

function decompress({ encoding, limitBytes }: Packing, bytes: Buffer): Buffer {
  const options = { maxOutputLength: Math.min(limitBytes, constants.MAX_LENGTH) };
  switch (encoding) {
    case "gzip":
      return gunzipSync(bytes, options);
    case "deflate":
      return inflateSync(bytes, options);
    default:
      throw new Error(
        `expected a message in one of ${acceptedEncodings}, got one compressed with grpc-encoding ${encoding}`,
      );
  }
}
