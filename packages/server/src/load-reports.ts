import type { ServiceDefinition, UntypedServiceImplementation } from "@grpc/grpc-js";
import { OpenRcaService, type OrcaLoadReport, type OrcaLoadReportRequest } from "@hey/proto/orca";
import type { CallContext, Handlers } from "@hey/rpc";
import type { LoadMeter } from "./load-meter.ts";
import { pause } from "./pause.ts";

const millisecond = 1_000_000n;
/** Between two reports, in nanoseconds, when the caller does not say; and what it may say. */
const usually = 1_000n * millisecond;
const shortest = 100n * millisecond;
const longest = 3_600_000n * millisecond;

/**
 * ORCA's reports by a stream of their own: one as soon as the stream opens, then as often as the caller asks.
 *
 * The stream has no end but UNAVAILABLE, when the server leaves or the stream gets too old: a grpc-js client whose stream
 * ends well never opens another on the same connection.
 */
export function createLoadReports(
  handlers: Handlers,
  load: LoadMeter,
): readonly [ServiceDefinition, UntypedServiceImplementation] {
  async function* report(
    { reportInterval }: OrcaLoadReportRequest,
    { signal }: CallContext,
  ): AsyncGenerator<OrcaLoadReport> {
    const everyNs = intervalNs(reportInterval);
    for (;;) {
      const { utilization, callsPerSecond } = load.read(performance.now());
      yield { applicationUtilization: utilization, rpsFractional: callsPerSecond };
      await pause(everyNs, signal);
    }
  }
  return [OpenRcaService, { streamCoreMetrics: handlers.serverStream(report) }];
}

function intervalNs(asked: OrcaLoadReportRequest["reportInterval"]): bigint {
  if (asked === undefined) return usually;
  const ns = asked.seconds * 1_000_000_000n + BigInt(asked.nanos);
  return ns < shortest ? shortest : ns > longest ? longest : ns;
}
