/** The trailer in which a server reports its load for each call, as ORCA names it. */
export const loadReportKey = "endpoint-load-metrics-bin";

/**
 * A server's load over about the last second, as its callers are told it: what load balancers weigh replicas by.
 *
 * One call more is told than there was: one a second, of ten milliseconds. Callers weigh by calls per second over
 * utilisation and pass over a report in which either is zero. An idle replica would so never get a weight, and grpc-js
 * calls one without a weight next to never. One that is stuck, with calls in flight and none ended, would keep the weight
 * it had. The one call more also draws shares together: without it, replicas that answer alike could keep any shares.
 *
 * Failed calls are not told apart: callers would take a caller's mistakes for the replica's, and `outliers` in mesh.yaml is
 * for those that fail.
 */
export interface Load {
  /** The mean of the calls in flight over the most that the server wants; above 1 when it has more. Never 0. */
  readonly utilization: number;
  /** Calls ended in a second. At least 1. */
  readonly callsPerSecond: number;
}

/** Counts calls as they come and go. Costs a few additions per call. */
export interface LoadMeter {
  started(nowMs: number): void;
  ended(nowMs: number): void;
  read(nowMs: number): Load;
}

const secondMs = 1_000;
/** How long the one call more takes, in milliseconds. */
const addedMs = 10;

/** Counts over the second before and the one that has begun. `nowMs` is of the clock that all later times are of. */
export function createLoadMeter(maxCalls: number, nowMs: number): LoadMeter {
  let inFlight = 0;
  let beganMs = nowMs;
  let lastMs = nowMs;
  /** The calls in flight, each by its milliseconds in this second; and how many ended in it. */
  let busyMs = 0;
  let ended = 0;
  let busyBeforeMs = 0;
  let endedBefore = 0;

  function advance(toMs: number) {
    const seconds = Math.floor((toMs - beganMs) / secondMs);
    if (seconds > 0) {
      // Nothing came or went since the last time: in every second after the first one all was as it is.
      busyBeforeMs = seconds === 1 ? busyMs + inFlight * (beganMs + secondMs - lastMs) : inFlight * secondMs;
      endedBefore = seconds === 1 ? ended : 0;
      beganMs += seconds * secondMs;
      lastMs = beganMs;
      busyMs = 0;
      ended = 0;
    }
    busyMs += inFlight * (toMs - lastMs);
    lastMs = toMs;
  }

  return {
    started(atMs) {
      advance(atMs);
      inFlight++;
    },
    ended(atMs) {
      advance(atMs);
      inFlight--;
      ended++;
    },
    read(atMs) {
      advance(atMs);
      const overMs = secondMs + atMs - beganMs;
      return {
        utilization: ((busyBeforeMs + busyMs) / overMs + addedMs / secondMs) / maxCalls,
        callsPerSecond: ((endedBefore + ended) * secondMs) / overMs + 1,
      };
    },
  };
}

/** The load as a serialized xds.data.orca.v3.OrcaLoadReport: rps_fractional (6) and application_utilization (9), doubles. */
export function encodeLoadReport({ utilization, callsPerSecond }: Load): Buffer {
  const report = Buffer.allocUnsafe(18);
  report[0] = (6 << 3) | 1;
  report.writeDoubleLE(callsPerSecond, 1);
  report[9] = (9 << 3) | 1;
  report.writeDoubleLE(utilization, 10);
  return report;
}
