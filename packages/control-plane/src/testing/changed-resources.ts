import assert from "node:assert/strict";
import {
  type Any,
  ClientSideWeightedRoundRobin,
  type Cluster,
  type ClusterLoadAssignment,
  HttpConnectionManager,
  type Listener,
  type RouteConfiguration,
  WrrLocality,
} from "@hey/proto/xds";
import { buildCluster } from "../resources/cluster.ts";
import { buildAssignment } from "../resources/endpoint.ts";
import { buildListener } from "../resources/listener.ts";
import { pack } from "../resources/parts.ts";
import type { Messages } from "../resources/resource-rules.ts";
import { buildRoutes } from "../resources/route.ts";
import { everywhere, plainCluster } from "./test-service.ts";

export const listener = buildListener("a");
const retries = { codes: ["unavailable"], attempts: 3, backoffMs: 50 } as const;
const routes = buildRoutes({ service: "a", routes: everywhere(retries), ...plainCluster, listener });
export const cluster = buildCluster("a", plainCluster);
export const assignment = buildAssignment(
  "a",
  [
    { host: "10.0.0.1", port: 1 },
    { host: "::1", port: 2 },
  ],
  plainCluster,
);
export const good: Messages = {
  listeners: [listener],
  routes: [routes],
  clusters: [cluster],
  assignments: [assignment],
};

const policies = "envoy.extensions.load_balancing_policies";
export const onlyByLoad = pack(
  `${policies}.client_side_weighted_round_robin.v3.ClientSideWeightedRoundRobin`,
  ClientSideWeightedRoundRobin.encode(ClientSideWeightedRoundRobin.fromPartial({})).finish(),
);

export function managerOf(): HttpConnectionManager {
  return HttpConnectionManager.decode(listener.apiListener?.apiListener?.value ?? assert.fail());
}

export function withManager(change: Partial<HttpConnectionManager>): Listener {
  const value = Buffer.from(HttpConnectionManager.encode({ ...managerOf(), ...change }).finish());
  const typeUrl = listener.apiListener?.apiListener?.typeUrl ?? assert.fail();
  return { ...listener, apiListener: { apiListener: { typeUrl, value } } };
}

type VirtualHost = RouteConfiguration["virtualHosts"][number];
type Route = VirtualHost["routes"][number];
type Action = NonNullable<Route["action"]>["value"];

export function withHost(change: Partial<VirtualHost>): RouteConfiguration {
  return { ...routes, virtualHosts: routes.virtualHosts.map((each) => ({ ...each, ...change })) };
}

export function withRoute(change: Partial<Route>): RouteConfiguration {
  return withHost({ routes: (routes.virtualHosts[0]?.routes ?? []).map((each) => ({ ...each, ...change })) });
}

function withAction(change: Partial<Action>): RouteConfiguration {
  const action = routes.virtualHosts[0]?.routes[0]?.action ?? assert.fail();
  return withRoute({ action: { ...action, value: { ...action.value, ...change } } });
}

export function withWeights(...weights: readonly number[]): RouteConfiguration {
  const clusters = weights.map((weight) => ({ name: "a", weight, typedPerFilterConfig: {} }));
  return withAction({ clusterSpecifier: { $case: "weightedClusters", value: { clusters } } });
}

export function withRetries(change: Partial<NonNullable<Action["retryPolicy"]>>): RouteConfiguration {
  const policy = routes.virtualHosts[0]?.routes[0]?.action?.value.retryPolicy ?? assert.fail();
  return withAction({ retryPolicy: { ...policy, ...change } });
}

export function faultFilter(): HttpConnectionManager["httpFilters"][number] {
  const value = pack("envoy.extensions.filters.http.fault.v3.HTTPFault", new Uint8Array());
  return { name: "fault", configType: { $case: "typedConfig", value }, isOptional: false };
}

export function listOf(...all: readonly Any[]) {
  return all.map((typedConfig) => ({ typedExtensionConfig: { name: "policy", typedConfig } }));
}

export function withPolicies(...all: readonly Any[]): Cluster {
  return { ...cluster, loadBalancingPolicy: { policies: listOf(...all) } };
}

export function amongLocalities(settings: Parameters<typeof WrrLocality.fromPartial>[0]): Any {
  const encoded = WrrLocality.encode(WrrLocality.fromPartial(settings)).finish();
  return pack(`${policies}.wrr_locality.v3.WrrLocality`, encoded);
}

export function emptyLocality(zone: string) {
  return { locality: { region: "", zone, subZone: "" }, lbEndpoints: [], loadBalancingWeight: 1, priority: 0 };
}

export function withLocalities({ times, zones }: { times: number; zones: readonly string[] }): ClusterLoadAssignment {
  const lbEndpoints = assignment.endpoints.flatMap((each) => each.lbEndpoints);
  const first = lbEndpoints.slice(0, 1);
  const endpoints = zones.map((zone, index) => ({ ...emptyLocality(zone), lbEndpoints: index < times ? first : [] }));
  return { ...assignment, endpoints };
}

export function twice<T>(list: readonly T[]): readonly T[] {
  return [...list, ...list];
}
