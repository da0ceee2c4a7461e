import { HeyHowService, ListenRequest, type ListenResponse } from "@hey/proto/v1";
import { callServerStream } from "@hey/rpc";
import { watchCall, watchStream } from "./call-observer.ts";
import type { Line, StreamOptions } from "./line.ts";
import { resume } from "./resume.ts";
import { createTally } from "./tally.ts";

/** Which messages to listen to. */
export interface ListenWish {
  /** Names the conversation in the replicas' logs: 1 to 128 characters. */
  readonly conversationId: string;
  /** Default: 1. */
  readonly fromSequence?: bigint | undefined;
  /** The number of the conversation's last message; 0: it has no end. */
  readonly lastSequence: bigint;
  /** The pause between two messages, in nanoseconds. Default: none. */
  readonly intervalNs?: bigint | undefined;
  /** Default: none. */
  readonly paddingBytes?: number | undefined;
}

/** See `HeyHow.listen`. */
export function listen(line: Line, wish: ListenWish, options: StreamOptions): AsyncGenerator<ListenResponse, void> {
  const tally = createTally(wish.fromSequence ?? 1n);
  let last = false;
  return resume<ListenResponse>({
    ...line,
    ...options,
    attempt(attempt) {
      const call = watchCall(line.observer, HeyHowService.listen.path, line.clock);
      const request = ListenRequest.fromPartial({
        conversationId: wish.conversationId,
        fromSequence: tally.next,
        lastSequence: wish.lastSequence,
        intervalNs: wish.intervalNs ?? 0n,
        paddingBytes: wish.paddingBytes ?? 0,
      });
      const callOptions = { ...attempt, metadata: options.metadata, onPeer: call.onPeer };
      return watchStream(call, callServerStream(line.channel, HeyHowService.listen, request, callOptions));
    },
    received(message) {
      tally.receive(message.sequence);
      last ||= message.last;
    },
    complete: () => last || (wish.lastSequence > 0n && tally.next > wish.lastSequence),
  });
}
