import type { Discover } from "../discovery/discover.ts";
import { formatAddress, type SocketAddress, type Source } from "../topology/topology.ts";
import type { Endpoint } from "./endpoint.ts";
import type { Health } from "./health-watch.ts";
import { createSharing, type Shared } from "./sharing.ts";

/** How a server is asked whether it may be called: `watchHealth`, or what a test puts in its place. */
export type CheckHealth = (address: SocketAddress, service: string, signal: AbortSignal) => AsyncIterable<Health>;

/**
 * The sources that are looked up and the servers that are asked for their health, each once: what a change of mesh.yaml
 * leaves as it is goes on being watched, so that what is known of it holds and what cannot be found out is not waited for
 * again.
 */
export interface Watches {
  find(source: Source, heard: () => void): Shared<readonly Endpoint[]>;
  check(address: SocketAddress, service: string, heard: () => void): Shared<Health>;
}

export interface WatchesOptions {
  readonly discover: Discover;
  readonly checkHealth: CheckHealth;
  /** How long a source that says nothing is waited for, in milliseconds. */
  readonly settleMs: number;
}

export function createWatches({ discover, checkHealth, settleMs }: WatchesOptions): Watches {
  const sources = createSharing<readonly Endpoint[]>(settleMs);
  // A check says something within a second: see health-watch.ts.
  const checks = createSharing<Health>();
  return {
    find: (source, heard) => sources.join(JSON.stringify(source), (signal) => discover(source, signal), heard),
    check(address, service, heard) {
      const key = `${formatAddress(address)} ${service}`;
      return checks.join(key, (signal) => checkHealth(address, service, signal), heard);
    },
  };
}
