import { formatAddress } from "../topology/topology.ts";
import type { Endpoint } from "./endpoint.ts";

/** What the health check of an endpoint says: nothing yet, to be called, or not to be called. */
export type Verdict = "checking" | "healthy" | "unhealthy";

export interface CheckedEndpoint extends Endpoint {
  readonly verdict: Verdict;
}

/** The endpoints of a service. */
export interface EndpointTable {
  readonly endpoints: readonly CheckedEndpoint[];
  /** Those that may be called. */
  readonly callable: readonly Endpoint[];
  /** Whether those are only kept because every endpoint failed its check at once. */
  readonly panic: boolean;
}

export const emptyTable: EndpointTable = { endpoints: [], callable: [], panic: false };

/**
 * The table after a change. When every endpoint fails its check at once, the checks are more likely to be wrong than all
 * servers to be down: with "keep" the last ones that were good and still are there stay callable.
 */
export function nextTable(
  before: EndpointTable,
  endpoints: readonly CheckedEndpoint[],
  whenAllFail: "keep" | "drop",
): EndpointTable {
  const healthy = endpoints.filter(({ verdict }) => verdict === "healthy");
  if (healthy.length > 0 || whenAllFail === "drop") return table(before, endpoints, healthy, false);
  const good = new Set(before.callable.map(formatAddress));
  const kept = endpoints.filter((endpoint) => good.has(formatAddress(endpoint)));
  return table(before, endpoints, kept, kept.length > 0);
}

function table(
  before: EndpointTable,
  endpoints: readonly CheckedEndpoint[],
  callable: readonly Endpoint[],
  panic: boolean,
): EndpointTable {
  // The same ones stay the same list, by which it is known that nothing is to be built anew.
  const same =
    callable.length === before.callable.length &&
    callable.every((endpoint, index) => {
      const other = before.callable[index];
      return (
        other !== undefined &&
        formatAddress(other) === formatAddress(endpoint) &&
        other.labels === endpoint.labels &&
        other.weight === endpoint.weight
      );
    });
  return { endpoints, callable: same ? before.callable : callable, panic };
}
