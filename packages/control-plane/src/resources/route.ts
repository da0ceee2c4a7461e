import {
  HeaderMatcher,
  type Listener,
  Listener as ListenerCodec,
  RetryPolicy,
  RouteAction,
  RouteConfiguration,
  Route as XdsRoute,
  RouteMatch as XdsRouteMatch,
} from "@hey/proto/xds";
import { wholeRe2 } from "../topology/re2.ts";
import type { Balancing, HeaderMatch, Retries, Route, RouteMatch, Target } from "../topology/topology.ts";
import { clusterName } from "./cluster-name.ts";
import { contentHash } from "./content-hash.ts";
import { faultFilter, packFault } from "./fault.ts";
import { toDuration } from "./parts.ts";

export interface RouteInput {
  readonly service: string;
  readonly routes: readonly Route[];
  readonly balancing: Balancing;
  readonly listener: Listener;
}

/** Where the calls to a service go. */
export function buildRoutes({ service, routes, balancing, listener }: RouteInput): RouteConfiguration {
  const plain = RouteConfiguration.fromPartial({
    name: service,
    virtualHosts: [
      {
        name: service,
        // The listener is one target's already, and a client may override its authority.
        domains: ["*"],
        routes: routes.map((each, index) => toRoute({ service, balancing, route: each, index })),
      },
    ],
  });
  return nameByContent(plain, listener);
}

interface OneRoute {
  readonly service: string;
  readonly balancing: Balancing;
  readonly route: Route;
  readonly index: number;
}

function toRoute({ service, balancing, route, index }: OneRoute): XdsRoute {
  const { match, targets, retries, timeoutMs, fault } = route;
  const value = RouteAction.fromPartial({
    clusterSpecifier: toClusters(service, targets),
    ...(retries && { retryPolicy: toRetryPolicy(retries) }),
    ...(timeoutMs !== undefined && { maxStreamDuration: { maxStreamDuration: toDuration(timeoutMs) } }),
    ...(balancing.kind === "ring_hash" && {
      hashPolicy: [{ policySpecifier: { $case: "header", value: { headerName: balancing.header } } }],
    }),
  });
  return XdsRoute.fromPartial({
    name: `route ${index + 1}`,
    match: toRouteMatch(match),
    action: { $case: "route", value },
    ...(fault !== undefined && { typedPerFilterConfig: { [faultFilter]: packFault(fault) } }),
  });
}

function toClusters(service: string, targets: readonly Target[]): NonNullable<RouteAction["clusterSpecifier"]> {
  const [first, second] = targets;
  if (first !== undefined && second === undefined) {
    return { $case: "cluster", value: clusterName(service, first.labels) };
  }
  const clusters = targets.map(({ labels, weight }) => ({
    name: clusterName(service, labels),
    weight,
    typedPerFilterConfig: {},
  }));
  return { $case: "weightedClusters", value: { clusters } };
}

function toRouteMatch({ path, headers }: RouteMatch): XdsRouteMatch {
  return XdsRouteMatch.fromPartial({
    pathSpecifier:
      path.kind === "regex"
        ? { $case: "safeRegex", value: { regex: wholeRe2(path.value) } }
        : { $case: path.kind === "exact" ? "path" : "prefix", value: path.value },
    headers: headers.map(toHeaderMatcher),
  });
}

function toHeaderMatcher({ name, kind, value }: HeaderMatch): HeaderMatcher {
  if (kind !== "present") {
    const matchPattern = toPattern(kind, value);
    return HeaderMatcher.fromPartial({ name, headerMatchSpecifier: { $case: "stringMatch", value: { matchPattern } } });
  }
  // grpc-js-xds takes "present: false" for "present: true"; the contrary of true it understands (E18).
  const invertMatch = value === "false";
  return HeaderMatcher.fromPartial({ name, headerMatchSpecifier: { $case: "presentMatch", value: true }, invertMatch });
}

function toPattern(kind: "exact" | "prefix" | "regex", value: string) {
  return kind === "regex"
    ? ({ $case: "safeRegex", value: { regex: wholeRe2(value) } } as const)
    : ({ $case: kind, value } as const);
}

/**
 * Puts the hash of the listener and of the routes into the name of each virtual host, which nobody reads. grpc-js-xds
 * does not apply a new listener until its routes change (E1), and overlooks a change of routes that only adds a key (E2):
 * by the name, every change of either is a change of the routes that it can see.
 */
export function nameByContent(routes: RouteConfiguration, listener: Listener): RouteConfiguration {
  const hash = contentHash([ListenerCodec.encode(listener).finish(), RouteConfiguration.encode(routes).finish()]);
  return {
    ...routes,
    virtualHosts: routes.virtualHosts.map((host) => ({ ...host, name: `${host.name} ${hash}` })),
  };
}

/**
 * grpc-js-xds adds the seconds of an interval to its nanoseconds as text: 1 s becomes 10 s, 1.5 s becomes 10.5 s. No
 * interval that is sent reaches a second, so all clients wait alike.
 */
const longestIntervalMs = 999;

function toRetryPolicy({ codes, attempts, backoffMs }: Retries): RetryPolicy {
  return RetryPolicy.fromPartial({
    retryOn: codes.join(","),
    numRetries: attempts - 1,
    retryBackOff: {
      baseInterval: toDuration(backoffMs),
      maxInterval: toDuration(Math.min(10 * backoffMs, longestIntervalMs)),
    },
  });
}
