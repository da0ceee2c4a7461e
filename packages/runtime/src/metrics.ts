import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";

export type { Registry } from "prom-client";

/** The part of a gRPC service definition that says what its methods are. */
export type ServiceMethods = Readonly<
  Record<string, { readonly path: string; readonly requestStream: boolean; readonly responseStream: boolean }>
>;

export interface CallMetricsOptions {
  /** Whose calls: those that a server answers or those that a client makes. */
  readonly side: "server" | "client";
  /** The services called, for the label grpc_type; without them it is empty. */
  readonly services?: readonly ServiceMethods[] | undefined;
  /** Where to put the figures. Default: a registry of its own, with the process figures. */
  readonly registry?: Registry | undefined;
}

/** Counts calls. The method is the path, "/package.Service/Method". */
export interface CallMetrics {
  readonly registry: Registry;
  started(method: string): void;
  /** `code` is the status by name, such as OK or UNAVAILABLE. */
  ended(method: string, code: string, seconds: number): void;
}

/** A registry of its own, never prom-client's global one, with the figures of this process. */
export function createRegistry(): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return registry;
}

/** Call figures under the names that gRPC dashboards know: grpc_server_handled_total and its kin. */
export function createCallMetrics({
  side,
  services = [],
  registry = createRegistry(),
}: CallMetricsOptions): CallMetrics {
  const prefix = `grpc_${side}`;
  const labelNames = ["grpc_type", "grpc_service", "grpc_method"] as const;
  const registers = [registry];
  const started = new Counter({ name: `${prefix}_started_total`, help: "Calls begun.", labelNames, registers });
  const handled = new Counter({
    name: `${prefix}_handled_total`,
    help: "Calls ended, by status code.",
    labelNames: [...labelNames, "grpc_code"],
    registers,
  });
  const inFlight = new Gauge({ name: `${prefix}_calls_in_flight`, help: "Calls under way.", labelNames, registers });
  const seconds = new Histogram({
    name: `${prefix}_handling_seconds`,
    help: "How long calls took, in seconds.",
    labelNames,
    registers,
  });
  const types = new Map(services.flatMap((service) => Object.values(service).map((m) => [m.path, typeOf(m)] as const)));
  const labels = (path: string) => {
    const [, grpc_service = "", grpc_method = ""] = path.split("/");
    return { grpc_type: types.get(path) ?? "", grpc_service, grpc_method };
  };
  return {
    registry,
    started(method) {
      started.inc(labels(method));
      inFlight.inc(labels(method));
    },
    ended(method, code, durationSeconds) {
      inFlight.dec(labels(method));
      handled.inc({ ...labels(method), grpc_code: code });
      seconds.observe(labels(method), durationSeconds);
    },
  };
}

function typeOf({ requestStream, responseStream }: ServiceMethods[string]): string {
  if (requestStream) return responseStream ? "bidi_stream" : "client_stream";
  return responseStream ? "server_stream" : "unary";
}
