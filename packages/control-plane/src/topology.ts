/** What the operator says about traffic: mesh.yaml with every default filled in. */
export interface Topology {
  readonly services: readonly Service[];
}

/** What stands behind one target xds:///NAME. */
export interface Service {
  readonly name: string;
  readonly balancing: Balancing;
  readonly retries: Retries | undefined;
  readonly health: HealthCheck;
  readonly sources: readonly Source[];
}

/** How calls are spread over the endpoints. */
export type Balancing = { readonly kind: "round_robin" };

/** Which failed calls are tried again. Clients wait a random part of the back-off, which doubles from try to try. */
export interface Retries {
  readonly codes: readonly RetryCode[];
  /** The first one included: 2 or more. */
  readonly attempts: number;
  readonly backoffMs: number;
}

/** The only codes that gRPC clients retry on an xDS route. */
export const retryCodes = ["cancelled", "deadline-exceeded", "internal", "resource-exhausted", "unavailable"] as const;
type RetryCode = (typeof retryCodes)[number];

/** How an endpoint shows that it may be called. */
export interface HealthCheck {
  /** The service asked about by grpc.health.v1, "" for the server as a whole; undefined: every endpoint counts as well. */
  readonly service: string | undefined;
  /** What to do when every endpoint fails its check at once: go on with the last good ones, or call none. */
  readonly whenAllFail: "keep" | "drop";
}

export type Labels = Readonly<Record<string, string>>;

/** Where endpoints come from. */
export type Source =
  | { readonly kind: "dns"; readonly name: string; readonly port: number; readonly labels: Labels }
  | { readonly kind: "static"; readonly addresses: readonly SocketAddress[]; readonly labels: Labels };

/** An IP address, never a name, and a port. */
export interface SocketAddress {
  readonly host: string;
  readonly port: number;
}

/** "127.0.0.1:9999" or "[::1]:9999". */
export function formatAddress({ host, port }: SocketAddress): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

/** The name by which people know a source: "dns:server" or "static". */
export function formatSource(source: Source): string {
  switch (source.kind) {
    case "dns":
      return `dns:${source.name}`;
    case "static":
      return "static";
  }
}
