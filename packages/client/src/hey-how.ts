import type { Client } from "@grpc/grpc-js";
import {
  HeyHowService,
  type ListenResponse,
  SayRequest,
  type SayResponse,
  type TalkResponse,
  type TellResponse,
} from "@hey/proto/v1";
import { type CallOptions, callUnary } from "@hey/rpc";
import { type CallObserver, watchCall, watchReply } from "./call-observer.ts";
import { type Clock, realClock } from "./clock.ts";
import type { Line, StreamOptions } from "./line.ts";
import { type ListenWish, listen } from "./listen.ts";
import { type TalkWish, talk } from "./talk.ts";
import { type TellOptions, type TellWish, tell } from "./tell.ts";

/** heyhow.v1 as a caller wants it: typed, with a deadline on every call, and streams that outlive their replicas. */
export interface HeyHow {
  /** Rejects with a StatusError. Made again only as the channel's retries say. */
  say(request: Partial<SayRequest>, options: CallOptions): Promise<SayResponse>;
  /**
   * The conversation's messages as they arrive: nothing is removed and nothing put in order. A break is followed by an
   * attempt from the first number that has not arrived, on whatever replica the channel picks, so replicas that keep to
   * the contract give every number once. A stream that ends with OK is over, with or without its last message.
   */
  listen(wish: ListenWish, options?: StreamOptions): AsyncGenerator<ListenResponse, void>;
  /** The answers as they arrive, likewise. After a break the messages that have no answer are sent again. */
  talk(wish: TalkWish, options?: StreamOptions): AsyncGenerator<TalkResponse, void>;
  /**
   * Tells the whole of it, and after a break all of it again. Rejects with a StatusError, which is DATA_LOSS when the
   * summary is not that of what was sent.
   */
  tell(wish: TellWish, options: TellOptions): Promise<TellResponse>;
}

export interface HeyHowOptions {
  readonly observer?: CallObserver | undefined;
  readonly clock?: Clock | undefined;
  /** The deadline of each attempt at a stream, in milliseconds. Default: one minute. */
  readonly attemptMs?: number | undefined;
  /** How many attempts in a row may bring nothing before a stream fails. Default: 20, which is some 20 s. */
  readonly fruitlessAttempts?: number | undefined;
}

/** Makes a client of heyhow.v1 for a channel, which stays the caller's to close. */
export function createHeyHow(channel: Client, options: HeyHowOptions = {}): HeyHow {
  const { observer, clock = realClock, attemptMs = 60_000, fruitlessAttempts = 20 } = options;
  const line: Line = { channel, observer, clock, attemptMs, fruitlessAttempts };
  return {
    say(request, callOptions) {
      const call = watchCall(observer, HeyHowService.say.path, clock);
      const onPeer = (address: string) => {
        call.onPeer(address);
        callOptions.onPeer?.(address);
      };
      const whole = SayRequest.fromPartial(request);
      return watchReply(call, callUnary(channel, HeyHowService.say, whole, { ...callOptions, onPeer }));
    },
    listen: (wish, streamOptions = {}) => listen(line, wish, streamOptions),
    talk: (wish, streamOptions = {}) => talk(line, wish, streamOptions),
    tell: (wish, tellOptions) => tell(line, wish, tellOptions),
  };
}
