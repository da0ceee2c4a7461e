import assert from "node:assert/strict";
import type { status } from "@grpc/grpc-js";
import {
  type Any,
  type Cluster,
  HTTPFault,
  HttpConnectionManager,
  type Listener,
  type RouteConfiguration,
} from "@hey/proto/xds";
import { pack } from "../resources/parts.ts";

// Resources as this control plane never writes them, to show what clients make of them.

/** As another control plane would write it, who knows nothing of these faults. */
export function unnamed(routes: RouteConfiguration): RouteConfiguration {
  return { ...routes, virtualHosts: routes.virtualHosts.map((each) => ({ ...each, name: "host" })) };
}

export function fault(grpcStatus: status): HTTPFault {
  return HTTPFault.fromPartial({
    abort: { errorType: { $case: "grpcStatus", value: grpcStatus }, percentage: { numerator: 100 } },
  });
}

function packFault(settings: HTTPFault): Any {
  return pack("envoy.extensions.filters.http.fault.v3.HTTPFault", HTTPFault.encode(settings).finish());
}

function managerBytes({ apiListener }: Listener): Buffer {
  return apiListener?.apiListener?.value ?? assert.fail("no manager");
}

function withBytes(of: Listener, value: Buffer): Listener {
  const typeUrl = of.apiListener?.apiListener?.typeUrl ?? assert.fail("no manager");
  return { ...of, apiListener: { apiListener: { typeUrl, value } } };
}

function withManager(of: Listener, change: Partial<HttpConnectionManager>): Listener {
  const manager = { ...HttpConnectionManager.decode(managerBytes(of)), ...change };
  return withBytes(of, Buffer.from(HttpConnectionManager.encode(manager).finish()));
}

export function withFilter(of: Listener, settings: HTTPFault): Listener {
  const filter = {
    name: "fault",
    configType: { $case: "typedConfig", value: packFault(settings) },
    isOptional: false,
  } as const;
  return withManager(of, {
    httpFilters: HttpConnectionManager.decode(managerBytes(of)).httpFilters.map((each) =>
      each.name === filter.name ? filter : each,
    ),
  });
}

/** With each filter twice, which no client accepts. */
export function withFiltersTwice(of: Listener): Listener {
  const { httpFilters } = HttpConnectionManager.decode(managerBytes(of));
  return withManager(of, { httpFilters: [...httpFilters, ...httpFilters] });
}

/** With a * in the middle, which no client accepts. */
export function withOddDomain(of: RouteConfiguration): RouteConfiguration {
  return { ...of, virtualHosts: of.virtualHosts.map((host) => ({ ...host, domains: ["a*b"] })) };
}

export function withStatPrefix(of: Listener, statPrefix: string): Listener {
  return withManager(of, { statPrefix });
}

/** Appends common_http_protocol_options { idle_timeout { nanos: 1 } }, which this client takes for the limit of a call. */
export function withTimeLimit(of: Listener): Listener {
  return withBytes(of, Buffer.concat([managerBytes(of), Buffer.from([0x9a, 0x02, 4, 0x0a, 2, 0x10, 1])]));
}

export function withOverride(of: RouteConfiguration, settings: HTTPFault): RouteConfiguration {
  const typedPerFilterConfig = { fault: packFault(settings) };
  return {
    ...of,
    virtualHosts: of.virtualHosts.map((host) => ({
      ...host,
      routes: host.routes.map((route) => ({ ...route, typedPerFilterConfig })),
    })),
  };
}

export function withOutliers(of: Cluster): Cluster {
  const interval = { seconds: 0n, nanos: 100_000_000 };
  const limits = {
    failurePercentageMinimumHosts: 1,
    failurePercentageRequestVolume: 1,
    failurePercentageThreshold: 50,
  };
  const outlierDetection = {
    ...(of.outlierDetection ?? assert.fail()),
    ...limits,
    interval,
    enforcingFailurePercentage: 100,
    maxEjectionPercent: 50,
  };
  return { ...of, outlierDetection };
}

export function withLimit(of: Cluster, maxRequests: number): Cluster {
  return { ...of, circuitBreakers: { thresholds: [{ priority: 0, maxRequests }] } };
}
