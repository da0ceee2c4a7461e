import type { Endpoint } from "../mesh/endpoint.ts";
import { formatSource, type Source } from "../topology/topology.ts";
import { type DnsOptions, pollDns } from "./dns.ts";

/**
 * Finds the endpoints of a source: a set at once or as soon as there is one, and another after each change, until the
 * signal aborts. No set means no news. It never throws because it cannot find out: it tries again.
 */
export type Discover = (source: Source, signal: AbortSignal) => AsyncIterable<readonly Endpoint[]>;

/** Discovery by the kind of each source. */
export function createDiscover(dns: DnsOptions): Discover {
  return async function* discover(source, signal) {
    const { labels } = source;
    const found = { source: formatSource(source), labels };
    switch (source.kind) {
      case "static":
        yield source.addresses.map((address) => ({ ...address, ...found }));
        return;
      case "dns":
        for await (const hosts of pollDns(source.name, dns, signal)) {
          yield hosts.map((host) => ({ host, port: source.port, ...found }));
        }
    }
  };
}
