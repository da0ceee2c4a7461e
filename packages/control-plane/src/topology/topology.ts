/** What the operator says about traffic: mesh.yaml with every default filled in. */
export interface Topology {
  readonly services: readonly Service[];
}

/** What stands behind one target xds:///NAME. */
export interface Service {
  readonly name: string;
  readonly balancing: Balancing;
  /** When clients leave a failing endpoint alone for a while; undefined: never. */
  readonly outliers: Outliers | undefined;
  /** How many calls one client may have in flight to a cluster; undefined: any number. */
  readonly maxCalls: number | undefined;
  /** The share of calls that clients fail unsent, to take load off: 0 to 100, a fraction too. */
  readonly dropPercent: number;
  /** Which zones take calls first and how much; none: zones make no difference. */
  readonly localities: readonly LocalityRule[];
  /** The first that matches a call takes it; the last one matches every call. */
  readonly routes: readonly Route[];
  readonly health: HealthCheck;
  readonly sources: readonly Source[];
}

/** Which calls, and where they go. */
export interface Route {
  readonly match: RouteMatch;
  /** One or more, whose weights are their shares of the sum. */
  readonly targets: readonly Target[];
  readonly retries: Retries | undefined;
  /** How long a call may last, streams too; undefined: as long as its own deadline. */
  readonly timeoutMs: number | undefined;
  /** What clients do to the calls before they send them; undefined: nothing. */
  readonly fault: Fault | undefined;
}

/** Trouble that is made on purpose: calls that wait, or fail, without any server's doing. */
export interface Fault {
  readonly delay: { readonly ms: number; readonly percent: number } | undefined;
  readonly abort: { readonly code: FaultCode; readonly percent: number } | undefined;
  /**
   * Whether what is not said here is the caller's choice, call by call, in the headers x-envoy-fault-delay-request and
   * x-envoy-fault-abort-grpc-request.
   */
  readonly byHeader: boolean;
}

/** Every status but OK: its number is its place here, from 1. */
export const faultCodes = [
  "CANCELLED",
  "UNKNOWN",
  "INVALID_ARGUMENT",
  "DEADLINE_EXCEEDED",
  "NOT_FOUND",
  "ALREADY_EXISTS",
  "PERMISSION_DENIED",
  "RESOURCE_EXHAUSTED",
  "FAILED_PRECONDITION",
  "ABORTED",
  "OUT_OF_RANGE",
  "UNIMPLEMENTED",
  "INTERNAL",
  "UNAVAILABLE",
  "DATA_LOSS",
  "UNAUTHENTICATED",
] as const;
type FaultCode = (typeof faultCodes)[number];

/** How the endpoints whose label `zone` is this one are preferred. */
export interface LocalityRule {
  readonly zone: string;
  /** The share among the zones of the same priority; undefined: by the number of its endpoints. 0: no calls. */
  readonly weight: number | undefined;
  /** 0 is called first; a higher one only when nothing before it can be reached. */
  readonly priority: number;
}

/** All of it must match. */
export interface RouteMatch {
  /** Of "/package.Service/Method". */
  readonly path: TextMatch<"exact" | "prefix" | "regex">;
  readonly headers: readonly HeaderMatch[];
}

/** What a text must be like; regular expressions are RE2's and match the whole text. */
interface TextMatch<Kind extends string> {
  readonly kind: Kind;
  readonly value: string;
}

export interface HeaderMatch extends TextMatch<"exact" | "prefix" | "regex" | "present"> {
  /** The metadata key. */
  readonly name: string;
}

/** The endpoints that have all of these labels; without labels, every endpoint. */
export interface Target {
  readonly labels: Labels;
  readonly weight: number;
}

/** How calls are spread over the endpoints. */
export type Balancing =
  | { readonly kind: "round_robin" }
  /** Calls with the same value of the header go to the same endpoint; those without it go by chance. */
  | { readonly kind: "ring_hash"; readonly header: string }
  /** To each endpoint in proportion to the calls per second it answers over its utilisation, as it reports them (ORCA). */
  | { readonly kind: "weighted_by_load"; readonly reportEveryMs: number };

/** When the share of an endpoint's calls that fail is too high, a client leaves it alone for a while. */
export interface Outliers {
  readonly intervalMs: number;
  /** From this share of failed calls on. */
  readonly failurePercent: number;
  /** Only if it had so many calls in the interval. */
  readonly minCalls: number;
  /** The first time; longer each time after. */
  readonly ejectionMs: number;
  /** How many of the endpoints may be left alone at once. */
  readonly maxEjectedPercent: number;
}

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
  | { readonly kind: "static"; readonly addresses: readonly StaticAddress[]; readonly labels: Labels }
  | {
      readonly kind: "kubernetes";
      readonly service: string;
      /** Undefined: that of the kubeconfig's context, or the one that the control plane runs in. */
      readonly namespace: string | undefined;
      /** The Service's port, by its name or its number; undefined: the only one. */
      readonly port: string | number | undefined;
      readonly labels: Labels;
    };

/** An IP address, never a name, and a port. */
export interface SocketAddress {
  readonly host: string;
  readonly port: number;
}

/** An address as written in the file. */
export interface StaticAddress extends SocketAddress {
  /** Its share compared with the others': absent is 1, 0 is none. */
  readonly weight?: number;
}

/** "127.0.0.1:9999" or "[::1]:9999". */
export function formatAddress({ host, port }: SocketAddress): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

/** The name by which people know a source: "dns:server", "static" or "kubernetes:default/heyhow:grpc". */
export function formatSource(source: Source): string {
  switch (source.kind) {
    case "dns":
      return `dns:${source.name}`;
    case "static":
      return "static";
    case "kubernetes": {
      const { namespace, service, port } = source;
      return `kubernetes:${namespace === undefined ? "" : `${namespace}/`}${service}${port === undefined ? "" : `:${port}`}`;
    }
  }
}
