import { readFileSync } from "node:fs";

/**
 * The descriptor set of every contract in this package with all imports and comments: a serialized
 * google.protobuf.FileDescriptorSet, byte for byte as buf wrote it. Throws when `npm ci` has not generated it.
 */
export function descriptorSet(): Uint8Array {
  return readFileSync(new URL("./gen/descriptors.binpb", import.meta.url));
}
