import { createLatest, type Latest } from "@hey/rpc";
import { formatAddress, formatSource, type HealthCheck, type Source } from "../topology/topology.ts";
import type { Endpoint } from "./endpoint.ts";
import { type CheckedEndpoint, type EndpointTable, nextTable, tableOfLastGood } from "./endpoint-table.ts";
import type { Health } from "./health-watch.ts";
import type { Shared } from "./sharing.ts";
import type { Watches } from "./watches.ts";

export interface ServiceWatchOptions {
  readonly sources: readonly Source[];
  readonly health: HealthCheck;
  readonly watches: Watches;
  /** The endpoints that were called under other settings: good until the new checks say that one of all is. */
  readonly lastGood: readonly Endpoint[];
}

/** Discovery and health checks of one service. Disposing ends them. */
export interface ServiceWatch extends Disposable {
  readonly table: Latest<EndpointTable>;
  /** Resolves when every source has said something, or had its time, and every endpoint found so far has been checked once. */
  readonly settled: Promise<void>;
}

interface Checked {
  endpoint: Endpoint;
  /** Undefined: it is not asked, and counts as healthy. */
  readonly check: Shared<Health> | undefined;
}

export function watchService({ sources, health, watches, lastGood }: ServiceWatchOptions): ServiceWatch {
  const table = createLatest<EndpointTable>(tableOfLastGood(lastGood, performance.now()));
  const settled = Promise.withResolvers<void>();
  const checked = new Map<string, Checked>();
  let foundAnew = true;
  let soon: NodeJS.Immediate | undefined;

  /** All news of one turn of the event loop are one change: thousands of sources and servers may speak at once. */
  function heard() {
    soon ??= setImmediate(() => {
      soon = undefined;
      if (foundAnew) update();
      publish();
    });
  }

  const found = sources.map((source) =>
    watches.find(source, () => {
      foundAnew = true;
      heard();
    }),
  );
  heard();

  function update() {
    foundAnew = false;
    const wanted = new Map<string, Endpoint>();
    for (const endpoint of found.flatMap(({ value }) => value ?? [])) {
      const address = formatAddress(endpoint);
      // An address that two sources found is the first one's.
      if (!wanted.has(address)) wanted.set(address, endpoint);
    }
    for (const [address, { check }] of checked) {
      if (wanted.has(address)) continue;
      check?.[Symbol.dispose]();
      checked.delete(address);
    }
    for (const [address, endpoint] of wanted) {
      const known = checked.get(address);
      if (known !== undefined) known.endpoint = endpoint;
      else checked.set(address, { endpoint, check: begin(endpoint) });
    }
  }

  function begin(endpoint: Endpoint): Shared<Health> | undefined {
    return health.service === undefined ? undefined : watches.check(endpoint, health.service, heard);
  }

  function publish() {
    const endpoints = Array.from(
      checked.values(),
      ({ endpoint, check }): CheckedEndpoint => ({
        ...endpoint,
        verdict: check === undefined ? "healthy" : (check.value ?? "checking"),
      }),
    );
    const { whenAllFail } = health;
    const all = [...endpoints, ...notHeardOf()];
    const allFound = found.every(({ value }) => value !== undefined);
    table.set(nextTable({ before: table.value, found: all, allFound, whenAllFail, nowMs: performance.now() }));
    const known = found.every((source) => source.settled);
    if (known && endpoints.every(({ verdict }) => verdict !== "checking")) settled.resolve();
  }

  /** What sources had that have not said anything since: no news is none, also for who asks them anew. */
  function notHeardOf(): readonly CheckedEndpoint[] {
    const silent = new Map(
      sources.flatMap((source, index) =>
        found[index]?.value === undefined ? [[formatSource(source), source.labels] as const] : [],
      ),
    );
    return lastGood.flatMap((each) => {
      const labels = silent.get(each.source);
      if (labels === undefined || checked.has(formatAddress(each))) return [];
      return [{ ...each, labels: { ...each.labels, ...labels }, verdict: "healthy" as const }];
    });
  }

  return {
    table,
    settled: settled.promise,
    [Symbol.dispose]() {
      clearImmediate(soon);
      for (const source of found) source[Symbol.dispose]();
      for (const { check } of checked.values()) check?.[Symbol.dispose]();
    },
  };
}
