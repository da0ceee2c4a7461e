import { HeyHowService, type TalkRequest, type TalkResponse } from "@hey/proto/v1";
import { callBidi } from "@hey/rpc";
import { watchCall, watchStream } from "./call-observer.ts";
import type { Line, StreamOptions } from "./line.ts";
import { createOutbox, type Outbox } from "./outbox.ts";
import { resume } from "./resume.ts";
import { createTally } from "./tally.ts";

/** What to talk about. */
export interface TalkWish {
  /** Names the conversation in the replicas' logs: 1 to 128 characters. */
  readonly conversationId: string;
  /** The number of the first message. Default: 1. */
  readonly fromSequence?: bigint | undefined;
  /** The number of the last message; 0: the conversation ends with its messages. */
  readonly lastSequence: bigint;
  /** Taken one at a time, as fast as the answers come. A conversation whose messages end sooner ends with them. */
  readonly messages: AsyncIterable<string>;
  /** The most messages without an answer; as many are kept to be sent again. Default: 16. */
  readonly window?: number | undefined;
}

/** See `HeyHow.talk`. */
export async function* talk(
  line: Line,
  wish: TalkWish,
  options: StreamOptions,
): AsyncGenerator<TalkResponse, void, undefined> {
  const first = wish.fromSequence ?? 1n;
  const tally = createTally(first);
  const outbox = createOutbox(wish.messages, { first, window: wish.window ?? 16 });
  let last = false;
  try {
    yield* resume<TalkResponse>({
      ...line,
      ...options,
      attempt(attempt) {
        const call = watchCall(line.observer, HeyHowService.talk.path, line.clock);
        const callOptions = { ...attempt, metadata: options.metadata, onPeer: call.onPeer };
        return watchStream(call, callBidi(line.channel, HeyHowService.talk, requests(wish, outbox), callOptions));
      },
      received(answer) {
        tally.receive(answer.sequence);
        last ||= answer.last;
        outbox.answered(tally.next);
      },
      complete: () => last || (outbox.end !== undefined && tally.next >= outbox.end),
      isForeign: (error) => outbox.failure !== undefined && outbox.failure.thrown === error,
    });
  } finally {
    outbox.close();
  }
}

async function* requests(
  { conversationId, lastSequence }: TalkWish,
  outbox: Outbox,
): AsyncGenerator<TalkRequest, void, undefined> {
  for await (const message of outbox.send()) yield { ...message, conversationId, lastSequence };
}
