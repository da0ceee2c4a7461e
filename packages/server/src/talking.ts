import type { TalkRequest, TalkResponse } from "@hey/proto/v1";
import { letsGo, type Party } from "./greeting.ts";
import { badId, changed, refuse, sequenceAhead } from "./refusals.ts";
import { expectSequence } from "./sequence.ts";

/**
 * Answers each message by its number. A stream may begin at any number, which is how a conversation goes on at another
 * replica; it ends with the answer to the conversation's last message. Throws INVALID_ARGUMENT or OUT_OF_RANGE at the
 * first message that is not the next one of the same conversation.
 */
export async function* talking(
  requests: AsyncIterable<TalkRequest>,
  speaker: Party,
): AsyncGenerator<TalkResponse, void, void> {
  let first: TalkRequest | undefined;
  let expected = 0n;
  for await (const request of requests) {
    const receivedAtNs = speaker.nowNs();
    if (first === undefined) {
      first = request;
      checkFirst(request);
      speaker.named(request.conversationId);
    } else {
      refuse([
        ...changed("conversation_id", first.conversationId, request.conversationId),
        ...changed("last_sequence", first.lastSequence, request.lastSequence),
      ]);
      expectSequence(request.sequence, expected);
    }
    expected = request.sequence + 1n;
    const last = request.sequence === request.lastSequence;
    yield {
      sequence: request.sequence,
      msg: letsGo,
      replica: speaker.replica,
      receivedAtNs,
      answeredAtNs: speaker.nowNs(),
      last,
    };
    if (last) return;
  }
}

function checkFirst({ conversationId, sequence, lastSequence }: TalkRequest): void {
  refuse([
    ...badId("conversation_id", conversationId),
    ...(sequence === 0n ? [{ field: "sequence", description: "expected 1 or more, came 0" }] : []),
  ]);
  if (lastSequence > 0n && sequence > lastSequence) {
    throw sequenceAhead("sequence", { expected: lastSequence, came: sequence });
  }
}
