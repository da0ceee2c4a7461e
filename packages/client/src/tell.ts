import { crc32 } from "node:zlib";
import { status } from "@grpc/grpc-js";
import { HeyHowService, type TellRequest, type TellResponse } from "@hey/proto/v1";
import { type CallOptions, callClientStream, StatusError } from "@hey/rpc";
import { backoffMs } from "./backoff.ts";
import { isBroken } from "./broken.ts";
import { watchCall, watchReply } from "./call-observer.ts";
import type { Line } from "./line.ts";

/** What to tell. */
export interface TellWish {
  /** Names the whole of it, and stays the same when it is sent again: 1 to 128 characters. */
  readonly id: string;
  readonly messages: readonly string[];
}

/** How a whole is told: `deadlineMs` is for each attempt. */
export interface TellOptions extends CallOptions {
  /** Told when the whole is about to be sent again, with what broke the attempt before. */
  readonly onResent?: ((error: StatusError) => void) | undefined;
}

/** See `HeyHow.tell`. */
export async function tell(line: Line, wish: TellWish, options: TellOptions): Promise<TellResponse> {
  const { signal, onResent } = options;
  for (let attempts = 1; ; attempts++) {
    const call = watchCall(line.observer, HeyHowService.tell.path, line.clock);
    const onPeer = (address: string) => {
      call.onPeer(address);
      options.onPeer?.(address);
    };
    try {
      const reply = callClientStream(line.channel, HeyHowService.tell, requests(wish), { ...options, onPeer });
      return checked(wish, await watchReply(call, reply));
    } catch (error) {
      if (signal?.aborted || !isBroken(error) || attempts > line.fruitlessAttempts) throw error;
      await line.clock.pause(backoffMs(attempts - 1, line.clock.random), signal);
      onResent?.(error);
    }
  }
}

async function* requests({ id, messages }: TellWish): AsyncGenerator<TellRequest, void, undefined> {
  let sequence = 0n;
  for (const msg of messages) yield { id, sequence: ++sequence, msg };
}

function checked({ id, messages }: TellWish, summary: TellResponse): TellResponse {
  const checksum = messages.reduce((sum, msg) => crc32(msg, sum), 0);
  // Nothing told is told without its id, which only a message carries.
  const wrong = [
    ...(summary.id === id || messages.length === 0
      ? []
      : [`id ${JSON.stringify(summary.id)} for ${JSON.stringify(id)}`]),
    ...(summary.count === BigInt(messages.length) ? [] : [`${summary.count} messages for ${messages.length}`]),
    ...(summary.checksum === checksum ? [] : [`checksum ${summary.checksum} for ${checksum}`]),
  ];
  if (wrong.length === 0) return summary;
  const who = summary.replica?.name ?? "the replica";
  throw new StatusError(status.DATA_LOSS, `the summary of ${who} is not that of what was told: ${wrong.join(", ")}`);
}
