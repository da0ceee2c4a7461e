import { Cluster, Listener, RouteConfiguration } from "@hey/proto/xds";
import { serviceName } from "../topology/service-name.ts";
import { buildCluster } from "./cluster.ts";
import { readClusterName } from "./cluster-name.ts";
import { buildListener } from "./listener.ts";
import { type Resource, toResource } from "./resource.ts";
import type { ResourceType } from "./resource-type.ts";
import { buildRoutes } from "./route.ts";

/** So many are remembered of each type: clients choose the names. */
const mostKnown = 1_000;

/** How calls are spread and limited where nothing is said about it. */
const nothingSaid = { balancing: { kind: "round_robin" }, outliers: undefined, maxCalls: undefined } as const;

/**
 * Services that are not there, as clients that name them are told of them: by the listener that they would have, without a
 * route, so that calls fail at once with UNAVAILABLE. Of a listener that does not come clients are told nothing, and their
 * calls hang (E6). What is deleted and comes back as it was stays dead (E3), and a control plane that was started meanwhile
 * could not know that it had been there; clusters, which some clients name for ever (E17), too. Of their endpoints nothing is said.
 */
export function createUnservedFinder() {
  const find = {
    LDS: remembering(serviceOfName, (name) => {
      return toResource("LDS", name, Listener.encode(buildListener(name)).finish());
    }),
    RDS: remembering(serviceOfName, (name) => {
      const routes = buildRoutes({ service: name, routes: [], ...nothingSaid, listener: buildListener(name) });
      return toResource("RDS", name, RouteConfiguration.encode(routes).finish());
    }),
    CDS: remembering(
      (name) => readClusterName(name)?.service,
      (name) => toResource("CDS", name, Cluster.encode(buildCluster(name, nothingSaid)).finish()),
    ),
    EDS: () => undefined,
  };
  return (type: ResourceType, name: string): Resource | undefined => find[type](name);
}

const serviceOfName = (name: string) => name;

/** What is built of names that are a service's; other names are something else's, such as a server's that asks for its own listener. */
function remembering(serviceOf: (name: string) => string | undefined, build: (name: string) => Resource) {
  const known = new Map<string, Resource>();
  return (name: string): Resource | undefined => {
    const before = known.get(name);
    if (before !== undefined) return before;
    if (!serviceName.safeParse(serviceOf(name)).success) return undefined;
    const built = build(name);
    if (known.size < mostKnown) known.set(name, built);
    return built;
  };
}
