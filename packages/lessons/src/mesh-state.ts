import type { MeshStatus } from "@hey/proto/mesh";
import type { Server } from "./sample.ts";

/** The clients that have not accepted all that they were sent, and what of it. */
export function unsettled({ clients }: Pick<MeshStatus, "clients">): readonly string[] {
  return clients.flatMap(({ nodeId, resources }) =>
    resources
      .filter(({ sentVersion, ackedVersion, nack }) => nack !== "" || sentVersion !== ackedVersion)
      .map(({ type, nack }) => `${nodeId}: ${type}${nack === "" ? "" : ` refused: ${nack}`}`),
  );
}

/** What a lesson could not take back: changes by command that were there before it. Undefined when there are none. */
export function changeProblem({ overrides }: Pick<MeshStatus, "overrides">): string | undefined {
  if (overrides.length === 0) return undefined;
  return `expected nothing that was changed by command (npx hey-mesh reset takes it back), got: ${overrides.join("; ")}`;
}

/**
 * The servers that the pages count with, locally: which zone and which version has how many, and the name that a fourth has.
 * Undefined when they are these.
 */
export function lineupProblem(servers: readonly Server[]): string | undefined {
  const lineup = servers.map(({ name, version, zone }) => `${name} ${version}/${zone}`).join(", ");
  const expected = "server-1 v1/a, server-2 v1/b, server-3 v2/a";
  if (lineup === expected) return undefined;
  return `expected the servers that npm start has by default (${expected}), got ${lineup || "none"}; with --system own a lesson starts its own`;
}
