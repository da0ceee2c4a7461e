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
 * The table after a change. Those that are terminating are drained as soon as another one is healthy, and not before: what
 * takes their place may have been found, and not checked yet.
 *
 * When every endpoint fails its check at once, the checks are more likely to be wrong than all servers to be down: with
 * "keep" the last ones that were good and still are there stay callable. Drained ones do not count: they take no calls,
 * however well they are.
 */
export function nextTable(
  before: EndpointTable,
  found: readonly CheckedEndpoint[],
  whenAllFail: "keep" | "drop",
): EndpointTable {
  const isReplaced = someTakeCalls(found.filter(({ verdict, terminating }) => verdict === "healthy" && !terminating));
  const endpoints = isReplaced ? found.map((each) => (each.terminating ? { ...each, weight: 0 } : each)) : found;
  const healthy = endpoints.filter(({ verdict }) => verdict === "healthy");
  const nothingFails = someTakeCalls(healthy) || !someTakeCalls(endpoints);
  if (nothingFails || whenAllFail === "drop") return table(before, endpoints, healthy, false);
  const good = new Set([...before.callable, ...healthy].map(formatAddress));
  const kept = endpoints.filter((endpoint) => good.has(formatAddress(endpoint)));
  return table(before, endpoints, kept, someTakeCalls(kept));
}

function someTakeCalls(endpoints: readonly Endpoint[]): boolean {
  return endpoints.some(({ weight }) => weight !== 0);
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
