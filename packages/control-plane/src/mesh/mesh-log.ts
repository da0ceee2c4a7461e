import type { Logger } from "@hey/runtime";
import { formatAddress } from "../topology/topology.ts";
import { type EndpointTable, emptyTable } from "./endpoint-table.ts";
import type { MeshNow } from "./mesh.ts";

/** Logs what changed from one state of the mesh to the next: endpoints that come, go, and change their health. */
export function createMeshLog(logger: Logger): (now: MeshNow) => void {
  let before: ReadonlyMap<string, EndpointTable> = new Map();
  return ({ tables }) => {
    for (const service of new Set([...before.keys(), ...tables.keys()])) {
      logService(logger, service, before.get(service) ?? emptyTable, tables.get(service) ?? emptyTable);
    }
    before = tables;
  };
}

function logService(logger: Logger, service: string, before: EndpointTable, after: EndpointTable): void {
  if (before === after) return;
  const known = new Map(before.endpoints.map((each) => [formatAddress(each), each]));
  for (const endpoint of after.endpoints) {
    const address = formatAddress(endpoint);
    const { verdict, source, labels } = endpoint;
    if (known.get(address)?.verdict !== verdict) {
      logger.info({ event: "endpoint", service, address, verdict, source, labels }, `${address} ${verdict}`);
    }
    known.delete(address);
  }
  for (const [address, { source }] of known) {
    logger.info({ event: "endpoint", service, address, verdict: "gone", source }, `${address} gone`);
  }
  if (after.panic && !before.panic) {
    const kept = after.callable.map(formatAddress);
    logger.warn(
      { event: "panic", service, kept },
      "every endpoint fails its health check: the last good ones are kept",
    );
  }
  if (before.panic && !after.panic) logger.info({ event: "panic-over", service }, "health checks pass again");
}
