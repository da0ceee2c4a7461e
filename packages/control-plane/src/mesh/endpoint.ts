import type { Labels, SocketAddress } from "../topology/topology.ts";

/** A server that discovery found. */
export interface Endpoint extends SocketAddress {
  /** The source that found it, as people know it: "dns:server". */
  readonly source: string;
  readonly labels: Labels;
  /** Its share of the calls compared with the others': absent is 1, like them; 0 is drained, and takes none. */
  readonly weight?: number;
  /** It is about to go: it takes no new calls as long as another one can. */
  readonly terminating?: boolean;
}
