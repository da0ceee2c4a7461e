import { readClusterName } from "./cluster-name.ts";
import type { Resource } from "./resource.ts";
import type { ResourceType } from "./resource-type.ts";
import { buildCallees, type Callees, type ServiceInput } from "./service-resources.ts";

/** So many are remembered: clients choose the names. */
const mostKnown = 1_000;

/**
 * Clusters to which no route leads, and their endpoints. Their names say what they are, so that none that a client names is ever missing: grpc-js-xds
 * names one for ever when a fault aborted a call on its way there (E17), a new control plane does not know that it was ever sent, and
 * what is deleted and comes back as it was stays dead (E3).
 */
export function createUnroutedFinder(services: ReadonlyMap<string, Pick<ServiceInput, "service" | "endpoints">>) {
  const known = new Map<string, Callees>();
  return (type: ResourceType, name: string): Resource | undefined => {
    if (type !== "CDS" && type !== "EDS") return undefined;
    const before = known.get(name);
    if (before !== undefined) return before[type];
    const said = readClusterName(name);
    const input = said && services.get(said.service);
    if (said === undefined || input === undefined) return undefined;
    const built = buildCallees(input, said.labels);
    if (known.size < mostKnown) known.set(name, built);
    return built[type];
  };
}
