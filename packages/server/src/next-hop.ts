import { Metadata, status } from "@grpc/grpc-js";
import { type Channel, openChannel } from "@hey/client";
import { HeyHowService, type SayRequest, type SayResponse } from "@hey/proto/v1";
import { type CallContext, callUnary, StatusError, toStatusError } from "@hey/rpc";
import type { Environment } from "@hey/runtime";
import { requestIdKey, requestIdOf } from "./request-id.ts";

/**
 * How long a hop may take when the caller set no deadline, in milliseconds: every call has one. It is the longest work
 * that a caller may ask for, and some for the way.
 */
const unboundedHopMs = 65_000;

/** The way to the next replica of a chain. */
export interface NextHop extends Disposable {
  /** Asks it, within what is left of the deadline. Rejects with its StatusError, which names the target. */
  say(request: SayRequest, context: CallContext): Promise<SayResponse>;
}

/**
 * One channel, opened at the first hop: an xDS target loads grpc-js-xds, some 55 MB that a replica at the end of the
 * chain never needs. Without a target every hop fails with FAILED_PRECONDITION. `env` is where the xDS bootstrap is.
 */
export function createNextHop(target: string | undefined, env: Environment): NextHop {
  let opened: Promise<Channel> | undefined;

  async function open(): Promise<Channel> {
    if (target === undefined) {
      throw new StatusError(
        status.FAILED_PRECONDITION,
        "hops: this replica has no next hop to call; ask for 0 hops, or start it with --next (HEY_NEXT)",
      );
    }
    opened ??= openChannel({ target, env });
    const opening = opened;
    try {
      return await opening;
    } catch (error) {
      // The next call tries again: the bootstrap file may be there by then.
      if (opened === opening) opened = undefined;
      const reason = error instanceof Error ? error.message : String(error);
      throw new StatusError(status.UNAVAILABLE, `next hop ${target}: ${reason}`, [], { cause: error });
    }
  }

  return {
    async say(request, context) {
      const channel = await open();
      const metadata = new Metadata();
      metadata.set(requestIdKey, requestIdOf(context));
      const deadlineMs = context.remainingMs() ?? unboundedHopMs;
      try {
        return await callUnary(channel, HeyHowService.say, request, { deadlineMs, parent: context, metadata });
      } catch (error) {
        const { code, message, details } = toStatusError(error);
        throw new StatusError(code, `next hop ${target}: ${message}`, details, { cause: error });
      }
    },
    [Symbol.dispose]() {
      void opened?.then((channel) => channel[Symbol.dispose]()).catch(() => {});
    },
  };
}
