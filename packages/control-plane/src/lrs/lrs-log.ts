import type { Logger } from "@hey/runtime";
import type { LrsObserver } from "./lrs.ts";

/** Says once of a client that its reports are not heard whole; what they say is in `status` and /metrics. */
export function createLrsLog(logger: Logger): Pick<LrsObserver, "leftOut"> {
  return {
    leftOut: ({ nodeId, peer, leftOut }) =>
      logger.warn(
        { event: "report-left-out", node: nodeId, peer, entries: leftOut },
        "a client reports more clusters and localities than are remembered, or with names too long",
      ),
  };
}
