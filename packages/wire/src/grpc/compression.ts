import { gunzipSync, gzipSync, inflateSync } from "node:zlib";

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
