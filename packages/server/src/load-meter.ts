/** The trailer in which a server reports its load for each call, as ORCA names it. */
export const loadReportKey = "endpoint-load-metrics-bin";

/** A server's load: what ORCA's load balancers weigh replicas by. */
export interface Load {
  /** Calls in flight over the most that the server wants; above 1 when it has more. */
  readonly utilization: number;
  /** Calls ended in the last full second. */
  readonly callsPerSecond: number;
}

/** Counts calls as they come and go. Costs two additions per call. */
export interface LoadMeter {
  started(nowMs: number): void;
  ended(nowMs: number): void;
  read(nowMs: number): Load;
}

export function createLoadMeter(maxCalls: number): LoadMeter {
  let inFlight = 0;
  let secondBeganMs = Number.NEGATIVE_INFINITY;
  let endedNow = 0;
  let endedBefore = 0;

  function turn(nowMs: number) {
    const passedMs = nowMs - secondBeganMs;
    if (passedMs < 1_000) return;
    endedBefore = passedMs < 2_000 ? endedNow : 0;
    endedNow = 0;
    secondBeganMs = passedMs < 2_000 ? secondBeganMs + 1_000 : nowMs;
  }

  return {
    started(nowMs) {
      turn(nowMs);
      inFlight++;
    },
    ended(nowMs) {
      turn(nowMs);
      inFlight--;
      endedNow++;
    },
    read(nowMs) {
      turn(nowMs);
      // Before the first second is over there is only the current one to go by.
      return { utilization: inFlight / maxCalls, callsPerSecond: Math.max(endedBefore, endedNow) };
    },
  };
}

/**
 * The load as a serialized xds.data.orca.v3.OrcaLoadReport: rps_fractional (6) and application_utilization (9), both
 * of type double. A weighted round robin needs both: it weighs by calls per second over utilisation.
 */
export function encodeLoadReport({ utilization, callsPerSecond }: Load): Buffer {
  const report = Buffer.allocUnsafe(18);
  report[0] = (6 << 3) | 1;
  report.writeDoubleLE(callsPerSecond, 1);
  report[9] = (9 << 3) | 1;
  report.writeDoubleLE(utilization, 10);
  return report;
}
