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
  /** False: none may be called, because nobody can tell yet. */
  readonly known: boolean;
  /** When those that are not healthy, or not found any more, were so last, by address; in ms on the caller's clock. */
  readonly goodUntilMs: ReadonlyMap<string, number>;
}

export const emptyTable: EndpointTable = {
  endpoints: [],
  callable: [],
  panic: false,
  known: false,
  goodUntilMs: new Map(),
};

/**
 * What failed within so long failed at once: one that is cut off is noticed by a broken stream at once, or by a keepalive of 10 s that is
 * not answered for 3 s, and a second of doubt.
 */
export const atOnceMs = 15_000;

/** A table of endpoints that were good until now under other settings. */
export function tableOfLastGood(lastGood: readonly Endpoint[], nowMs: number): EndpointTable {
  return {
    ...emptyTable,
    known: lastGood.length > 0,
    callable: lastGood,
    goodUntilMs: new Map(lastGood.map((each) => [formatAddress(each), nowMs])),
  };
}

export interface TableChange {
  readonly before: EndpointTable;
  readonly found: readonly CheckedEndpoint[];
  /** Whether every source has said what it has. */
  readonly allFound: boolean;
  readonly whenAllFail: "keep" | "drop";
  readonly nowMs: number;
}

/**
 * The table after a change. Those that are terminating are drained as soon as another one is healthy, and not before: what
 * takes their place may have been found, and not checked yet.
 *
 * When every endpoint fails its check at once, the checks are more likely to be wrong than all servers to be down: with
 * "keep" those that were good a moment ago and still are there stay callable, or become so again. Each check tells for itself, so that
 * "at once" is a stretch of time. Drained ones do not count: they take no calls, however well they are.
 */
export function nextTable({ before, found, allFound, whenAllFail, nowMs }: TableChange): EndpointTable {
  const isReplaced = someTakeCalls(found.filter(({ verdict, terminating }) => verdict === "healthy" && !terminating));
  const endpoints = isReplaced ? found.map((each) => (each.terminating ? { ...each, weight: 0 } : each)) : found;
  const goodUntilMs = goodUntil(before, endpoints, nowMs);
  const healthy = endpoints.filter(({ verdict }) => verdict === "healthy");
  const known = before.known || (allFound && endpoints.every(({ verdict }) => verdict !== "checking"));
  const nothingFails = someTakeCalls(healthy) || !someTakeCalls(endpoints);
  if (nothingFails || whenAllFail === "drop")
    return table({ before, endpoints, callable: healthy, goodUntilMs, known });
  const kept = endpoints.filter((each) => each.verdict === "healthy" || goodUntilMs.has(formatAddress(each)));
  return table({ before, endpoints, callable: kept, goodUntilMs, known, panic: someTakeCalls(kept) });
}

/** In a panic no time passes: what is kept stays so until a check passes again. */
function goodUntil(before: EndpointTable, endpoints: readonly CheckedEndpoint[], nowMs: number): Map<string, number> {
  const good = new Map(before.goodUntilMs);
  for (const each of before.endpoints) if (each.verdict === "healthy") good.set(formatAddress(each), nowMs);
  if (!before.panic) for (const [address, ms] of good) if (ms < nowMs - atOnceMs) good.delete(address);
  for (const each of endpoints) if (each.verdict === "healthy") good.delete(formatAddress(each));
  return good;
}

function someTakeCalls(endpoints: readonly Endpoint[]): boolean {
  return endpoints.some(({ weight }) => weight !== 0);
}

interface Parts {
  readonly before: EndpointTable;
  readonly endpoints: readonly CheckedEndpoint[];
  readonly callable: readonly Endpoint[];
  readonly goodUntilMs: ReadonlyMap<string, number>;
  readonly known: boolean;
  readonly panic?: boolean;
}

function table({ before, endpoints, callable, goodUntilMs, known, panic = false }: Parts): EndpointTable {
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
  return {
    endpoints,
    callable: same ? before.callable : callable,
    panic,
    known: known || callable.length > 0,
    goodUntilMs,
  };
}
