/**
 * What a peer that does not speak HTTP/2 speaks instead, for the error message; undefined when it may be HTTP/2.
 * Looks at `bytes[start, end)`.
 */
export function looksLike(bytes: Buffer, start: number, end: number): string | undefined {
  const beginning = bytes.toString("latin1", start, end);
  if (beginning.startsWith("HTTP/1.")) return `an HTTP/1 answer ("${beginning}...")`;
  // A TLS record begins with its type (alert 0x15, handshake 0x16) and version 3.x.
  if (/^1[56]030[0-4]/.test(bytes.toString("hex", start, start + 3))) {
    return "a TLS record: the peer speaks TLS, and this connection does not";
  }
  if (beginning.startsWith("SSH-")) return "an SSH greeting";
  return undefined;
}
