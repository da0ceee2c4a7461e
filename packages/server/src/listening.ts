import type { ListenRequest, ListenResponse } from "@hey/proto/v1";
import { letsGo, longestWaitNs, type Party } from "./greeting.ts";
import { badId, outsideOf, refuse, sequenceAhead } from "./refusals.ts";

// grpc-js holds up to 16 messages for a slow reader, whatever their size: with this, 1 MiB of memory for each of them.
const mostPaddingBytes = 65_536;
const maxUint64 = 2n ** 64n - 1n;

/** What a conversation needs from outside: who speaks, the time, and the pauses. */
export interface Speaker extends Party {
  /** Resolves after so many nanoseconds; rejects when the conversation is to stop. */
  pause(ns: bigint): Promise<void>;
}

/** Throws INVALID_ARGUMENT for wrong fields, OUT_OF_RANGE for a first message past the end of the conversation. */
export function checkListen(request: ListenRequest): void {
  refuse([
    ...badId("conversation_id", request.conversationId),
    ...outsideOf("interval_ns", request.intervalNs, { min: 0n, max: longestWaitNs, unit: "ns" }),
    ...outsideOf("padding_bytes", request.paddingBytes, { min: 0, max: mostPaddingBytes, unit: "bytes" }),
  ]);
  // One past the last is a caller that has everything but did not see the stream's end: it gets no message and OK.
  if (request.lastSequence > 0n && request.fromSequence > request.lastSequence + 1n) {
    throw sequenceAhead("from_sequence", { expected: request.lastSequence + 1n, came: request.fromSequence });
  }
}

/**
 * The numbered messages from the wanted one to the last. Makes one message each time it is asked for one, so whoever
 * reads slowly holds it back. Where a stream begins is all the state there is: any replica can go on.
 */
export async function* listening(request: ListenRequest, speaker: Speaker): AsyncGenerator<ListenResponse, void, void> {
  checkListen(request);
  speaker.named(request.conversationId);
  const first = request.fromSequence === 0n ? 1n : request.fromSequence;
  const last = request.lastSequence === 0n ? maxUint64 : request.lastSequence;
  const padding = Buffer.alloc(request.paddingBytes);
  for (let sequence = first; sequence <= last; sequence++) {
    if (request.intervalNs > 0n && sequence > first) await speaker.pause(request.intervalNs);
    yield {
      sequence,
      msg: letsGo,
      replica: speaker.replica,
      sentAtNs: speaker.nowNs(),
      last: sequence === last,
      padding,
    };
  }
}
