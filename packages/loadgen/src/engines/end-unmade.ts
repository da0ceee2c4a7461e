import { status } from "@grpc/grpc-js";
import { MessageMisfit } from "../call/message-misfit.ts";
import type { EngineEvents } from "../drive/engine.ts";

/**
 * Ends a call whose message could not be made: INTERNAL, as gRPC's clients have it, and soon, for `start` comes first.
 * Others have their turn before the next call, so that a run of such calls can end. Other errors are bugs, and go on.
 */
export function endUnmade(events: Pick<EngineEvents, "onEnd">, tag: number, error: unknown): true {
  if (!(error instanceof MessageMisfit)) throw error;
  setImmediate(() => events.onEnd(tag, status.INTERNAL, 0, performance.now(), error.message));
  return true;
}
