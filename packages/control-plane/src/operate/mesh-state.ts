import type { MeshNow } from "../mesh/mesh.ts";
import type { MeshState } from "../resources/snapshot.ts";

/** What snapshots are made of, of what is known now. */
export function meshStateOf({ topology, tables }: MeshNow): MeshState {
  const known = [...tables].filter(([, table]) => table.known);
  return { topology, endpoints: new Map(known.map(([name, { callable }]) => [name, callable] as const)) };
}
