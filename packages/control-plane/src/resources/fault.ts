import { type Any, HTTPFault } from "@hey/proto/xds";
import { type Fault, faultCodes } from "../topology/topology.ts";
import { pack, toDuration, toFraction } from "./parts.ts";

/** The name by which a route's override finds its filter in the listener. */
export const faultFilter = "fault";

/** The settings of the filter that makes faults; undefined: none. */
export function packFault(fault: Fault | undefined): Any {
  const settings = HTTPFault.fromPartial({ delay: toDelay(fault), abort: toAbort(fault) });
  return pack("envoy.extensions.filters.http.fault.v3.HTTPFault", HTTPFault.encode(settings).finish());
}

/** A call without the headers has no fault; with them its own percentage counts, up to this one. */
const everyCall = { numerator: 100 };

function toDelay(fault: Fault | undefined) {
  if (fault?.delay !== undefined) {
    const value = toDuration(fault.delay.ms);
    return {
      faultDelaySecifier: { $case: "fixedDelay", value },
      percentage: toFraction(fault.delay.percent),
    } as const;
  }
  if (!fault?.byHeader) return undefined;
  return { faultDelaySecifier: { $case: "headerDelay", value: {} }, percentage: everyCall } as const;
}

function toAbort(fault: Fault | undefined) {
  if (fault?.abort !== undefined) {
    const value = faultCodes.indexOf(fault.abort.code) + 1;
    return { errorType: { $case: "grpcStatus", value }, percentage: toFraction(fault.abort.percent) } as const;
  }
  if (!fault?.byHeader) return undefined;
  return { errorType: { $case: "headerAbort", value: {} }, percentage: everyCall } as const;
}
