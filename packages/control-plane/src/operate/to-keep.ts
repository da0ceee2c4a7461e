import { isDeepStrictEqual } from "node:util";
import { stringify } from "yaml";
import {
  type Fault,
  formatAddress,
  type HeaderMatch,
  type Retries,
  type Route,
  type RouteMatch,
  type Service,
  type Source,
  type Topology,
} from "../topology/topology.ts";
import type { Change } from "./change-overrides.ts";
import { type Overrides, overridden, type ServiceOverride } from "./overrides.ts";

/** What is in force after a change. */
export interface Kept {
  readonly change: Change;
  readonly overrides: Overrides;
  /** What mesh.yaml says. */
  readonly topology: Topology;
}

/** Settings of a service; undefined: without the one that is there. */
type Settings = Readonly<Record<string, unknown>>;

/**
 * What mesh.yaml has to say for a change to stay, "" when it says so already: the settings that are to stand there in place
 * of their like, in full, since a list replaces another as a whole.
 */
export function toKeep({ change, overrides, topology }: Kept): string {
  if (change.kind === "weight") return weightToKeep(change, topology);
  const service = topology.services.find(({ name }) => name === change.service);
  const override = overrides.services.get(service?.name ?? "");
  if (service === undefined || override === undefined) return "";
  return written([[service.name, settingsOf(service, override)]]);
}

function settingsOf(service: Service, override: ServiceOverride): Settings {
  const { split, fault, paused, dropPercent } = override;
  const { routes } = overridden(service, override);
  const faulty = fault !== undefined || paused === true;
  const own = service.routes.map((route) => route.fault).find((each) => each !== undefined);
  const ofAll = faultYaml(routes[0]?.fault);
  return {
    // Where there is no other, every route takes the service's.
    ...(faulty && split === undefined && own === undefined
      ? ofAll && { fault: ofAll }
      : (faulty || split !== undefined) && { routes: routes.map(routeYaml) }),
    ...(faulty && ofAll === undefined && own !== undefined && { fault: undefined }),
    ...(dropPercent !== undefined &&
      dropPercent !== service.dropPercent && { drop_percent: dropPercent === 0 ? undefined : dropPercent }),
  };
}

function weightToKeep({ address, weight }: { readonly address: string; readonly weight: number }, topology: Topology) {
  const changed = topology.services.flatMap((service) => {
    const sources = service.sources.map((source) => weighted(source, address, weight));
    const is = isDeepStrictEqual(sources, service.sources);
    return is ? [] : [[service.name, { sources: sources.map(sourceYaml) }] as const];
  });
  if (changed.length > 0) return written(changed);
  const isWritten = topology.services.some(({ sources }) => sources.some((source) => has(source, address)));
  return isWritten || weight === 1
    ? ""
    : "# mesh.yaml can say it of addresses under static: alone, and this one was found";
}

function has(source: Source, address: string): boolean {
  return source.kind === "static" && source.addresses.some((each) => formatAddress(each) === address);
}

function weighted(source: Source, address: string, weight: number): Source {
  if (source.kind !== "static" || !has(source, address)) return source;
  const addresses = source.addresses.map((each) => {
    if (formatAddress(each) !== address || (each.weight ?? 1) === weight) return each;
    return { host: each.host, port: each.port, ...(weight !== 1 && { weight }) };
  });
  return { ...source, addresses };
}

function written(services: readonly (readonly [name: string, settings: Settings])[]): string {
  const some = services.filter(([, settings]) => Object.keys(settings).length > 0);
  if (some.length === 0) return "";
  return ["services:", ...some.flatMap(([name, settings]) => [`  ${flow(name)}:`, ...linesOf(settings)])].join("\n");
}

function linesOf(settings: Settings): readonly string[] {
  return Object.entries(settings).flatMap(([key, value]) => {
    if (value === undefined) return [`    # take out: ${key}`];
    if (!Array.isArray(value)) return [`    ${key}: ${flow(value)}`];
    return [`    ${key}:`, ...value.map((each) => `      - ${flow(each)}`)];
  });
}

/** In one line, with quotes where YAML would take a text for something else. */
function flow(value: unknown): string {
  return stringify(value, { collectionStyle: "flow", lineWidth: 0 }).trimEnd();
}

// What is left out is undefined, which `stringify` leaves out.

function routeYaml({ match, targets, retries, timeoutMs, fault }: Route) {
  const [first, second] = targets;
  const isAll = first !== undefined && second === undefined && Object.keys(first.labels).length === 0;
  return {
    match: matchYaml(match),
    to: second === undefined && !isAll ? first?.labels : undefined,
    split: second === undefined ? undefined : targets.map(({ labels, weight }) => ({ to: labels, weight })),
    timeout: timeoutMs === undefined ? undefined : `${timeoutMs}ms`,
    retries: retriesYaml(retries),
    fault: faultYaml(fault),
  };
}

function matchYaml({ path, headers }: RouteMatch) {
  const isAny = path.kind === "prefix" && path.value === "";
  if (isAny && headers.length === 0) return undefined;
  return {
    ...(!isAny && { [path.kind === "exact" ? "path" : path.kind]: path.value }),
    headers: headers.length === 0 ? undefined : Object.fromEntries(headers.map(headerYaml)),
  };
}

function headerYaml({ name, kind, value }: HeaderMatch) {
  return [name, { [kind]: kind === "present" ? value === "true" : value }] as const;
}

function retriesYaml(retries: Retries | undefined) {
  return retries && { codes: retries.codes, attempts: retries.attempts, backoff: `${retries.backoffMs}ms` };
}

function faultYaml(fault: Fault | undefined) {
  if (fault?.delay === undefined && fault?.abort === undefined && !fault?.byHeader) return undefined;
  const { delay, abort, byHeader } = fault;
  return {
    delay: delay && { time: `${delay.ms}ms`, percent: delay.percent },
    abort: abort && { code: abort.code, percent: abort.percent },
    by_header: byHeader ? true : undefined,
  };
}

function sourceYaml(source: Source) {
  const labels = Object.keys(source.labels).length === 0 ? undefined : source.labels;
  switch (source.kind) {
    case "dns":
      return { dns: source.name, port: source.port, labels };
    case "kubernetes":
      return {
        kubernetes: { service: source.service, namespace: source.namespace, port: source.port },
        labels,
      };
    case "static":
      return {
        static: source.addresses.map((each) =>
          each.weight === undefined ? formatAddress(each) : { address: formatAddress(each), weight: each.weight },
        ),
        labels,
      };
  }
}
