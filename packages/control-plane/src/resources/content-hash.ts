import { createHash } from "node:crypto";

/** A short hash of the parts in their order: the same content has the same hash in every process and at any time. */
export function contentHash(parts: Iterable<string | Uint8Array>): string {
  const hash = createHash("sha256");
  for (const part of parts) {
    hash.update(part);
    // Without a border, ["ab", "c"] and ["a", "bc"] would be one.
    hash.update("\0");
  }
  return hash.digest("hex").slice(0, 16);
}
