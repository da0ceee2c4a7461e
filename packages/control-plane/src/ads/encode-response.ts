import { DiscoveryResponse } from "@hey/proto/xds";
import { typeUrls } from "../resources/resource-type.ts";
import type { Response } from "./session.ts";

/** The name clients see in their traces. */
const controlPlane = { identifier: "hey-control-plane" };

/**
 * A response on the wire. Its resources were encoded once for all streams: here they are only copied behind the fields
 * that differ from stream to stream, since the order of fields means nothing.
 */
export function encodeResponse({ type, version, nonce, resources }: Response): Buffer {
  const head = DiscoveryResponse.fromPartial({ versionInfo: version, typeUrl: typeUrls[type], nonce, controlPlane });
  return Buffer.concat([DiscoveryResponse.encode(head).finish(), ...resources.map(({ entry }) => entry)]);
}
