import type { Labels, SocketAddress } from "../topology/topology.ts";

/** A server that discovery found. */
export interface Endpoint extends SocketAddress {
  /** The source that found it, as people know it: "dns:server". */
  readonly source: string;
  readonly labels: Labels;
}
