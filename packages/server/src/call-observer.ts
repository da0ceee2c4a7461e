import { randomUUID } from "node:crypto";
import { status } from "@grpc/grpc-js";
import type { CallObserver } from "@hey/rpc";
import type { CallMetrics, Logger } from "@hey/runtime";
import type { CallLog } from "./call-log.ts";
import { encodeLoadReport, type LoadMeter, loadReportKey } from "./load-meter.ts";
import { createPace } from "./pace.ts";
import { chooseRequestId, requestIdKey } from "./request-id.ts";

/** The tutorial's server told how long each ten thousand calls took. */
const callsPerPace = 10_000;

export interface CallObserverParts {
  readonly logger: Logger;
  readonly log: CallLog;
  readonly metrics: CallMetrics;
  readonly load: LoadMeter;
  /** The paths of the methods whose calls are the server's load: not those by which it is watched. */
  readonly work: ReadonlySet<string>;
  /** The paths of the methods whose pace is told. */
  readonly paced: ReadonlySet<string>;
}

/**
 * What happens around every call of every service: it gets its request id, is counted, and is logged; one that is load also
 * reports the server's load in its trailers.
 *
 * The load report is encoded here because grpc-js's own recorder (`grpc.server_call_metric_recording`) reads its .proto
 * files from the disk again for every call: 15 to 25 ms of blocked event loop each, in 1.14.7.
 */
export function createCallObserver({ logger, log, metrics, load, work, paced }: CallObserverParts): CallObserver {
  const pace = createPace(callsPerPace);
  return {
    started({ method, metadata, trailers }) {
      trailers.set(requestIdKey, chooseRequestId(metadata.get(requestIdKey), randomUUID));
      metrics.started(method);
      if (work.has(method)) load.started(performance.now());
    },
    ended(context, outcome) {
      const nowMs = performance.now();
      if (work.has(context.method)) {
        load.ended(nowMs);
        context.trailers.set(loadReportKey, encodeLoadReport(load.read(nowMs)));
      }
      metrics.ended(context.method, status[outcome.code], outcome.durationMs / 1_000);
      log.ended(context, outcome);
      if (!paced.has(context.method)) return;
      const run = pace.ended(nowMs - outcome.durationMs, nowMs);
      if (run)
        logger.info({ event: "tutorial-calls", ...run }, `${run.calls} calls in ${run.seconds.toFixed(2)} seconds`);
    },
  };
}
