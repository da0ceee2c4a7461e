import { crc32 } from "node:zlib";
import type { TellRequest, TellResponse } from "@hey/proto/v1";
import type { Party } from "./greeting.ts";
import { badId, changed, refuse } from "./refusals.ts";
import { expectSequence } from "./sequence.ts";

/**
 * Sums up everything told: how many messages, and the checksum of their texts in order. Throws INVALID_ARGUMENT or
 * OUT_OF_RANGE at the first message that is not the next one of the same whole.
 */
export async function telling(requests: AsyncIterable<TellRequest>, listener: Party): Promise<TellResponse> {
  let id = "";
  let count = 0n;
  let checksum = 0;
  let receivedAtNs = 0n;
  for await (const request of requests) {
    if (count === 0n) {
      id = request.id;
      receivedAtNs = listener.nowNs();
    }
    refuse([...badId("id", request.id), ...changed("id", id, request.id)]);
    expectSequence(request.sequence, count + 1n);
    if (count === 0n) listener.named(id);
    count += 1n;
    checksum = crc32(request.msg, checksum);
  }
  return { id, count, checksum, replica: listener.replica, receivedAtNs, answeredAtNs: listener.nowNs() };
}
