import { createLatest, type Latest } from "@hey/rpc";
import type { Discover } from "../discovery/discover.ts";
import { formatAddress, type HealthCheck, type SocketAddress, type Source } from "../topology/topology.ts";
import type { Endpoint } from "./endpoint.ts";
import { type CheckedEndpoint, type EndpointTable, emptyTable, nextTable, type Verdict } from "./endpoint-table.ts";
import type { Health } from "./health-watch.ts";

/** How a server is asked whether it may be called: `watchHealth`, or what a test puts in its place. */
export type CheckHealth = (address: SocketAddress, service: string, signal: AbortSignal) => AsyncIterable<Health>;

export interface ServiceWatchOptions {
  readonly sources: readonly Source[];
  readonly health: HealthCheck;
  readonly discover: Discover;
  readonly checkHealth: CheckHealth;
}

/** Discovery and health checks of one service. Disposing ends them. */
export interface ServiceWatch extends Disposable {
  readonly table: Latest<EndpointTable>;
  /** Resolves when every source has said something and every endpoint found so far has been checked once. */
  readonly settled: Promise<void>;
}

interface Checked {
  endpoint: Endpoint;
  verdict: Verdict;
  readonly stop: AbortController;
}

export function watchService({ sources, health, discover, checkHealth }: ServiceWatchOptions): ServiceWatch {
  const stop = new AbortController();
  const table = createLatest<EndpointTable>(emptyTable);
  const settled = Promise.withResolvers<void>();
  /** What each source found; undefined before it said anything. */
  const found: (readonly Endpoint[] | undefined)[] = sources.map(() => undefined);
  const checked = new Map<string, Checked>();

  function publish() {
    const endpoints = Array.from(
      checked.values(),
      ({ endpoint, verdict }): CheckedEndpoint => ({ ...endpoint, verdict }),
    );
    table.set(nextTable(table.value, endpoints, health.whenAllFail));
    const known = found.every((set) => set !== undefined);
    if (known && endpoints.every(({ verdict }) => verdict !== "checking")) settled.resolve();
  }

  function update() {
    // An address that two sources found is the first one's.
    const wanted = new Map(
      found
        .flatMap((set) => set ?? [])
        .reverse()
        .map((each) => [formatAddress(each), each] as const),
    );
    for (const [address, { stop: stopOne }] of checked) {
      if (wanted.has(address)) continue;
      stopOne.abort();
      checked.delete(address);
    }
    for (const [address, endpoint] of wanted) {
      const known = checked.get(address);
      if (known !== undefined) known.endpoint = endpoint;
      else checked.set(address, begin(endpoint));
    }
    publish();
  }

  function begin(endpoint: Endpoint): Checked {
    const { service } = health;
    if (service === undefined) return { endpoint, verdict: "healthy", stop: new AbortController() };
    const one: Checked = { endpoint, verdict: "checking", stop: new AbortController() };
    void follow(checkHealth(endpoint, service, AbortSignal.any([stop.signal, one.stop.signal])), (verdict) => {
      if (one.stop.signal.aborted) return;
      one.verdict = verdict;
      publish();
    });
    return one;
  }

  for (const [index, source] of sources.entries()) {
    void follow(discover(source, stop.signal), (endpoints) => {
      found[index] = endpoints;
      update();
    });
  }
  return { table, settled: settled.promise, [Symbol.dispose]: () => stop.abort() };
}

async function follow<T>(news: AsyncIterable<T>, take: (one: T) => void): Promise<void> {
  for await (const one of news) take(one);
}
