import {
  type Cluster,
  ClusterDiscoveryType,
  ClusterLbPolicy,
  type ClusterLoadAssignment,
  type HeaderMatcher,
  HttpConnectionManager,
  type Listener,
  type RetryPolicy,
  type RouteConfiguration,
  type RouteMatch,
} from "@hey/proto/xds";
import { z } from "zod";
import { re2Problem } from "../topology/re2.ts";
import { checkPolicy } from "./load-policy.ts";
import { longestName } from "./resource.ts";
import type { ResourceType } from "./resource-type.ts";

/** The resources of one service before they are encoded. */
export interface Messages {
  readonly listeners: readonly Listener[];
  readonly routes: readonly RouteConfiguration[];
  readonly clusters: readonly Cluster[];
  readonly assignments: readonly ClusterLoadAssignment[];
}

/**
 * What clients would refuse of these resources, and what would refer to nothing or be referred to by nothing, a line
 * each. The rules are those by which gRPC clients answer with a NACK: what passes here is accepted there.
 */
export function checkResources(messages: Messages): readonly string[] {
  const { listeners, routes, clusters, assignments } = messages;
  return [
    ...listeners.flatMap(({ name }) => checkName("LDS", name)),
    ...clusters.flatMap(({ name }) => checkName("CDS", name)),
    ...listeners.flatMap((each) => prefixed(`LDS ${each.name}`, checkListener(each))),
    ...routes.flatMap((each) => prefixed(`RDS ${each.name}`, checkRoutes(each))),
    ...clusters.flatMap((each) => prefixed(`CDS ${each.name}`, checkCluster(each))),
    ...assignments.flatMap((each) => prefixed(`EDS ${each.clusterName}`, checkAssignment(each))),
    ...references(
      listeners.map(routesOf),
      routes.map(({ name }) => name),
      "RDS",
    ),
    ...references(
      routes.flatMap(clustersOf),
      clusters.map(({ name }) => name),
      "CDS",
    ),
    ...references(
      clusters.map(assignmentOf),
      assignments.map(({ clusterName }) => clusterName),
      "EDS",
    ),
  ];
}

function checkName(type: ResourceType, name: string): string[] {
  if (name.length <= longestName) return [];
  return [`${type} ${name.slice(0, 60)}… has a name of ${name.length} characters, of at most ${longestName}`];
}

function references(wanted: readonly string[], there: readonly string[], type: string): string[] {
  const missing = new Set(wanted).difference(new Set(there));
  const stray = new Set(there).difference(new Set(wanted));
  const twice = there.filter((name, index) => there.indexOf(name) !== index);
  return [
    ...Array.from(missing, (name) => `${type} ${name} is referred to and is not there`),
    ...Array.from(stray, (name) => `${type} ${name} is there and nothing refers to it`),
    ...twice.map((name) => `${type} ${name} is there twice`),
  ];
}

function managerOf({ apiListener }: Listener): HttpConnectionManager | undefined {
  const any = apiListener?.apiListener;
  return any?.typeUrl.endsWith(".HttpConnectionManager") ? HttpConnectionManager.decode(any.value) : undefined;
}

function routesOf(listener: Listener): string {
  return managerOf(listener)?.routeSpecifier?.value.routeConfigName ?? "";
}

function clustersOf({ virtualHosts }: RouteConfiguration): string[] {
  return virtualHosts.flatMap(({ routes }) =>
    routes.flatMap(({ action }) => {
      const target = action?.value.clusterSpecifier;
      switch (target?.$case) {
        case "cluster":
          return [target.value];
        case "weightedClusters":
          return target.value.clusters.map(({ name }) => name);
        default:
          return [];
      }
    }),
  );
}

function assignmentOf({ name, edsClusterConfig }: Cluster): string {
  return edsClusterConfig?.serviceName || name;
}

function checkListener(listener: Listener): string[] {
  const manager = managerOf(listener);
  if (manager === undefined) return ["has no HttpConnectionManager"];
  const problems: string[] = [];
  if (manager.routeSpecifier?.value.configSource?.configSourceSpecifier === undefined) {
    problems.push("does not say where its routes come from");
  }
  const names = manager.httpFilters.map(({ name }) => name);
  if (new Set(names).size < names.length) problems.push("has two filters of one name");
  const isRouter = manager.httpFilters.map(({ configType }) => configType?.value.typeUrl.endsWith(".router.v3.Router"));
  if (isRouter.indexOf(true) !== names.length - 1 || names.length === 0) {
    problems.push("must have the router as its last filter, once");
  }
  return problems;
}

function checkRoutes({ virtualHosts }: RouteConfiguration): string[] {
  return virtualHosts.flatMap(({ domains, routes, retryPolicy }) => [
    ...domains.filter((each) => !/^(\*?[^*]*|[^*]*\*)$/.test(each)).map((each) => `domain "${each}": one * at an end`),
    ...checkRetries(retryPolicy),
    ...routes.flatMap(({ name, match, action }) => {
      const problems = checkRetries(action?.value.retryPolicy);
      if (match?.pathSpecifier === undefined) problems.push("matches no path");
      problems.push(...checkMatch(match));
      const target = action?.value.clusterSpecifier;
      if (target === undefined) problems.push("leads nowhere");
      if (target?.$case === "weightedClusters") {
        const sum = target.value.clusters.reduce((total, { weight = 0 }) => total + weight, 0);
        if (sum < 1 || sum > uint32Max) problems.push(`weights add up to ${sum}`);
      }
      return prefixed(`route "${name}"`, problems);
    }),
  ]);
}

/** grpc-js-xds accepts any expression and ends when it compiles it. */
function checkMatch(match: RouteMatch | undefined): string[] {
  const path = match?.pathSpecifier;
  const patterns = [path, ...(match?.headers ?? []).map(stringPattern)];
  return patterns.flatMap((pattern) => {
    const problem = pattern?.$case === "safeRegex" ? re2Problem(pattern.value.regex) : undefined;
    return problem === undefined ? [] : [`has a regular expression that RE2 lacks: ${problem}`];
  });
}

function stringPattern({ headerMatchSpecifier: matcher }: HeaderMatcher) {
  return matcher?.$case === "stringMatch" ? matcher.value.matchPattern : undefined;
}

const ipAddress = z.union([z.ipv4(), z.ipv6()]);
const uint32Max = 2 ** 32 - 1;

function checkRetries(policy: RetryPolicy | undefined): string[] {
  if (policy === undefined) return [];
  const problems: string[] = [];
  if (policy.numRetries !== undefined && policy.numRetries < 1) problems.push("retries less than once");
  if (policy.retryBackOff !== undefined) {
    const [base, max] = [policy.retryBackOff.baseInterval, policy.retryBackOff.maxInterval].map(
      (each) => each && Number(each.seconds) * 1_000 + each.nanos / 1e6,
    );
    // Clients count in whole milliseconds.
    if (base === undefined || base < 1) problems.push("has a retry back-off below 1 ms");
    else if (max !== undefined && max < base) problems.push("has a retry back-off longer than its longest");
  }
  return problems;
}

function checkCluster(cluster: Cluster): string[] {
  const problems: string[] = [];
  const { clusterDiscoveryType, edsClusterConfig, outlierDetection: outliers } = cluster;
  if (clusterDiscoveryType?.value !== ClusterDiscoveryType.EDS) problems.push("must be of type EDS");
  if (edsClusterConfig?.edsConfig?.configSourceSpecifier === undefined) {
    problems.push("does not say where its endpoints come from");
  }
  const policies: readonly ClusterLbPolicy[] = [ClusterLbPolicy.ROUND_ROBIN, ClusterLbPolicy.RING_HASH];
  if (!policies.includes(cluster.lbPolicy))
    problems.push(`has a balancing policy that gRPC lacks: ${cluster.lbPolicy}`);
  if (cluster.lrsServer !== undefined && cluster.lrsServer.configSourceSpecifier?.$case !== "self") {
    problems.push("has its calls reported to another server than its own");
  }
  if (cluster.loadBalancingPolicy !== undefined) problems.push(...checkPolicy(cluster.loadBalancingPolicy));
  const percentages = [
    outliers?.maxEjectionPercent,
    outliers?.enforcingSuccessRate,
    outliers?.enforcingFailurePercentage,
    outliers?.failurePercentageThreshold,
  ];
  if (percentages.some((each = 0) => each > 100)) problems.push("has a percentage above 100 in its outlier detection");
  return problems;
}

function checkAssignment({ endpoints }: ClusterLoadAssignment): string[] {
  const problems: string[] = [];
  const seen = new Set<string>();
  const once = (what: string, key: string) => {
    if (seen.has(`${what} ${key}`)) problems.push(`has ${what} ${key} twice`);
    seen.add(`${what} ${key}`);
  };
  const weights = new Map<number, number>();
  for (const { locality, priority, lbEndpoints, loadBalancingWeight = 0 } of endpoints) {
    if (locality === undefined) problems.push("has endpoints without a locality");
    else once("locality", JSON.stringify([priority, locality.region, locality.zone, locality.subZone]));
    weights.set(priority, (weights.get(priority) ?? 0) + loadBalancingWeight);
    for (const { hostIdentifier } of lbEndpoints) {
      const { address = "", portSpecifier } = hostIdentifier?.value.address?.address?.value ?? {};
      if (!ipAddress.safeParse(address).success) problems.push(`"${address}" is no IP address`);
      if (portSpecifier === undefined) problems.push(`${address} has no port`);
      once("address", `${address} ${portSpecifier?.value}`);
    }
  }
  for (const [priority, weight] of weights) {
    if (weight > uint32Max) problems.push(`has a priority ${priority} whose weights add up to ${weight}`);
    if (priority > 0 && !weights.has(priority - 1)) problems.push(`has priority ${priority} and no ${priority - 1}`);
  }
  return problems;
}

function prefixed(prefix: string, problems: readonly string[]): string[] {
  return problems.map((problem) => `${prefix} ${problem}`);
}
