import { DiscoveryResponse } from "@hey/proto/xds";
import { contentHash } from "./content-hash.ts";
import { type ResourceType, typeUrls } from "./resource-type.ts";

/** One resource, encoded once for all streams. */
export interface Resource {
  readonly name: string;
  /** The hash of its content. */
  readonly version: string;
  /** The resource as it stands in a DiscoveryResponse: the bytes of one entry of the field `resources`. */
  readonly entry: Uint8Array;
}

export function toResource(type: ResourceType, name: string, message: Uint8Array): Resource {
  const any = { typeUrl: typeUrls[type], value: Buffer.from(message) };
  // All other fields have their defaults, which are not on the wire: what is left is the entry.
  const entry = DiscoveryResponse.encode(DiscoveryResponse.fromPartial({ resources: [any] })).finish();
  return { name, version: contentHash([message]), entry };
}

/** The longest name that clients may ask for, and node id that they may have, in characters; what is longer ends the stream. */
export const longestName = 512;

/** The version of a set of resources, whatever their order: the hash of their names and contents. */
export function versionOf(resources: Iterable<Resource>): string {
  return contentHash(Array.from(resources, ({ name, version }) => `${name} ${version}`).sort());
}
