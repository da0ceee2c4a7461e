import { type ServiceDefinition, status, type UntypedServiceImplementation } from "@grpc/grpc-js";
import { type HealthCheckRequest, type HealthCheckResponse, HealthService, ServingStatus } from "@hey/proto/health";
import type { CallContext } from "./call-context.ts";
import type { Handlers } from "./handlers.ts";
import { createLatest } from "./latest.ts";
import { StatusError } from "./status-error.ts";

/** What a server says of its own health, by grpc.health.v1. */
export interface Health {
  /** For `listen`. */
  readonly service: readonly [ServiceDefinition, UntypedServiceImplementation];
  /** Says it of one service; "" is the server as a whole. Watchers are told at once. */
  set(service: string, status: ServingStatus): void;
  /** Says it of every service that was ever set, and of the server as a whole. */
  setAll(status: ServingStatus): void;
}

/**
 * Makes the health service. The server as a whole is NOT_SERVING until it is set; a service that was never set is not
 * known: NOT_FOUND for Check, SERVICE_UNKNOWN for Watch, which goes on and tells when it is set.
 */
export function createHealth(handlers: Handlers): Health {
  const statuses = createLatest<ReadonlyMap<string, ServingStatus>>(new Map([["", ServingStatus.NOT_SERVING]]));

  function check({ service }: HealthCheckRequest): HealthCheckResponse {
    const found = statuses.value.get(service);
    if (found !== undefined) return { status: found };
    throw new StatusError(status.NOT_FOUND, `no service "${service}" here; "" asks about the server as a whole`);
  }

  async function* watch({ service }: HealthCheckRequest, { signal }: CallContext): AsyncGenerator<HealthCheckResponse> {
    let told: ServingStatus | undefined;
    for await (const all of statuses.watch(signal)) {
      const now = all.get(service) ?? ServingStatus.SERVICE_UNKNOWN;
      if (now !== told) yield { status: now };
      told = now;
    }
  }

  return {
    service: [HealthService, { check: handlers.unary(check), watch: handlers.serverStream(watch) }],
    set: (service, status) => statuses.set(new Map(statuses.value).set(service, status)),
    setAll: (status) => statuses.set(new Map([...statuses.value.keys()].map((service) => [service, status]))),
  };
}
