import type { CallObserver } from "@hey/rpc";
import type { Logger } from "@hey/runtime";

/** Logs what a handler threw that was no StatusError: its caller is told only that the cause is here. */
export function createBugLog(logger: Logger): CallObserver {
  return {
    ended({ method, peer }, { bug }) {
      if (bug === undefined) return;
      logger.error({ event: "bug", method, peer, err: bug }, `${method} failed with a bug`);
    },
  };
}
