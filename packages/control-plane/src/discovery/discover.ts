import type { Endpoint } from "../mesh/endpoint.ts";
import { formatSource, type Source } from "../topology/topology.ts";
import { type DnsOptions, pollDns } from "./dns.ts";
import { watchKubernetes } from "./kubernetes.ts";
import type { KubernetesApi } from "./kubernetes-api.ts";
import type { Troubles } from "./troubles.ts";

/**
 * Finds the endpoints of a source: a set at once or as soon as there is one, and another after each change, until the
 * signal aborts. No set means no news. It never throws because it cannot find out: it tries again.
 */
export type Discover = (source: Source, signal: AbortSignal) => AsyncIterable<readonly Endpoint[]>;

export interface DiscoverOptions {
  readonly dns: Pick<DnsOptions, "resolve4" | "pollMs">;
  readonly kubernetes: KubernetesApi;
  readonly troubles: Troubles;
}

/** Discovery by the kind of each source. */
export function createDiscover({ dns, kubernetes, troubles }: DiscoverOptions): Discover {
  return async function* discover(source, signal) {
    const { labels } = source;
    const found = { source: formatSource(source), labels };
    using trouble = troubles.open(found.source);
    switch (source.kind) {
      case "static":
        yield source.addresses.map((address) => ({ ...address, ...found }));
        return;
      case "dns": {
        const options = {
          ...dns,
          onTrouble: (name: string, { message }: Error) => trouble.tell(`cannot look up ${name}: ${message}`),
          onTroubleOver: () => trouble.tell(undefined),
        };
        for await (const hosts of pollDns(source.name, options, signal)) {
          yield hosts.map((host) => ({ host, port: source.port, ...found }));
        }
        return;
      }
      case "kubernetes":
        for await (const endpoints of watchKubernetes(source, { api: kubernetes, trouble }, signal)) {
          // What the operator says of a source is stronger than what the cluster says of its Pods.
          yield endpoints.map((each) => ({ ...each, ...found, labels: { ...each.labels, ...labels } }));
        }
    }
  };
}
