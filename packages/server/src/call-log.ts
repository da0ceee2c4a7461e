import { status } from "@grpc/grpc-js";
import type { CallContext, CallOutcome } from "@hey/rpc";
import type { Logger } from "@hey/runtime";
import { createLineLimit } from "./line-limit.ts";
import { requestIdOf } from "./request-id.ts";

export interface CallLogOptions {
  readonly logger: Logger;
  /** At most so many lines about calls in a second; what is more is counted, and the count is logged. */
  readonly linesPerSecond: number;
  /** From how many milliseconds on a call with one answer is slow. */
  readonly slowMs: number;
  /** Whether a method answers with a stream: those last as long as their callers like, and are never slow. */
  answersWithStream(method: string): boolean;
}

/** Writes one line for each call that ended. */
export interface CallLog extends Disposable {
  /** Names the conversation that a call is part of. */
  named(context: CallContext, conversation: string): void;
  ended(context: CallContext, outcome: CallOutcome): void;
}

/**
 * Logs calls: good ones at `debug`, failures and slow ones at `info`, bugs with their text at `error`. Half of the
 * limit is kept free of good calls, so that at level debug they do not crowd out the failures.
 */
export function createCallLog({ logger, linesPerSecond, slowMs, answersWithStream }: CallLogOptions): CallLog {
  const limit = createLineLimit(linesPerSecond);
  const conversations = new WeakMap<CallContext, string>();
  let reporting: NodeJS.Timeout | undefined;

  function report() {
    clearTimeout(reporting);
    reporting = undefined;
    const suppressed = limit.takeSuppressed();
    if (suppressed > 0) {
      logger.info({ event: "call-lines-suppressed", suppressed, linesPerSecond }, "more calls than lines to log them");
    }
  }

  return {
    named: (context, conversation) => void conversations.set(context, conversation),
    ended(context, { code, message, durationMs, bug }) {
      const slow = durationMs >= slowMs && !answersWithStream(context.method);
      const routine = code === status.OK && !slow;
      // Budget: with debug off, a good call must cost nothing here; no object is made before this line.
      if (routine && !logger.isLevelEnabled("debug")) return;
      if (!limit.admit(routine ? "routine" : "notable", performance.now())) {
        reporting ??= setTimeout(report, 1_000).unref();
        return;
      }
      const conversation = conversations.get(context);
      const line = {
        event: "call",
        requestId: requestIdOf(context),
        method: context.method,
        peer: context.peer,
        ...(conversation !== undefined && { conversation }),
        code: status[code],
        durationMs: Math.round(durationMs * 1_000) / 1_000,
        ...(message !== "" && { message }),
        ...(slow && { slow }),
      };
      if (bug !== undefined) logger.error({ ...line, err: bug }, "a handler failed with a bug");
      else if (routine) logger.debug(line, "call");
      else logger.info(line, code === status.OK ? "slow call" : "call failed");
    },
    [Symbol.dispose]: report,
  };
}
