import { formatAddress, type Labels, type LocalityRule, type SocketAddress } from "../topology/topology.ts";

/** An endpoint that may be called. */
export interface Called extends SocketAddress {
  readonly labels?: Labels;
  readonly weight?: number;
}

/** Endpoints among which calls go in turn, and their share of the calls of their priority. */
interface Group {
  readonly zone: string;
  /** Tells groups of one zone apart. */
  readonly subZone: string;
  /** From 0, without gaps. */
  readonly priority: number;
  /** 1 or more; shares are by these within a priority. */
  readonly weight: number;
  readonly members: readonly Member[];
}

interface Member {
  readonly endpoint: SocketAddress;
  /** Its share of the group's calls; undefined: all are alike. */
  readonly weight: number | undefined;
}

interface Grouping {
  readonly rules: readonly LocalityRule[];
  /** Whether clients heed an endpoint's own weight, as they do in ring hash alone. */
  readonly byEndpoint: boolean;
}

/** An endpoint like the others counts so much. */
const usual = 100;
/** What a zone's weight is multiplied by, to be shared out among its groups. */
const scale = 10_000;

/** The largest sum of weights that clients take. */
const mostWeight = 2 ** 32 - 1;

/** The weights or, where clients would refuse their sum, smaller ones in the same proportion. */
function fit(weights: readonly number[]): readonly number[] {
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return sum <= mostWeight
    ? weights
    : weights.map((weight) => Math.max(1, Math.floor((weight * mostWeight) / 2 / sum)));
}

/** A weight as xDS has them: a whole number, 1 at least. */
function toWeight(weight: number): number {
  return Math.max(1, Math.round(weight * usual));
}

/**
 * Endpoints by zone and priority. Without rules zones do not matter: within one locality calls go round in turn, among
 * several by chance. Clients heed an endpoint's weight only in ring hash, so that elsewhere one with a weight of its own is
 * a group by itself. In ring hash there is one group for each priority: clients multiply an endpoint's weight by that of its
 * locality, and grpc-js does not divide by the number of endpoints there.
 *
 * Endpoints of weight 0 and zones of weight 0 are left out, and the priorities behind move up.
 */
export function groupByLocality(endpoints: readonly Called[], { rules, byEndpoint }: Grouping): readonly Group[] {
  const callable = endpoints.filter(({ weight = 1 }) => weight > 0);
  const zones = Map.groupBy(callable, ({ labels }) => (rules.length === 0 ? "" : (labels?.["zone"] ?? "")));
  // Zones that no rule names are called last.
  const last = Math.max(-1, ...rules.map(({ priority }) => priority)) + 1;
  const groups = Array.from(zones, ([zone, members]) => {
    const rule = rules.find((each) => each.zone === zone) ?? { zone, weight: undefined, priority: last };
    return rule.weight === 0 ? [] : groupsOf(rule, members, byEndpoint);
  }).flat();
  const priorities = [...new Set(groups.map(({ priority }) => priority))].sort((a, b) => a - b);
  return priorities.flatMap((wanted, priority) => {
    const those = groups.filter((group) => group.priority === wanted);
    if (byEndpoint) return [{ zone: "", subZone: "", priority, weight: 1, members: fitMembers(those) }];
    const weights = fit(those.map(({ weight }) => weight));
    return those.map((group, index) => ({ ...group, priority, weight: weights[index] ?? 1 }));
  });
}

function fitMembers(groups: readonly Group[]): readonly Member[] {
  const members = groups.flatMap((group) => group.members);
  const weights = fit(members.map(({ weight = 1 }) => weight));
  return members.map(({ endpoint }, index) => ({ endpoint, weight: weights[index] }));
}

function groupsOf({ zone, weight, priority }: LocalityRule, all: readonly Called[], byEndpoint: boolean): Group[] {
  const sizeOf = (endpoints: readonly Called[]) =>
    endpoints.reduce((sum, { weight: own = 1 }) => sum + toWeight(own), 0);
  const whole = sizeOf(all);
  const shareOf = (endpoints: readonly Called[]) => {
    const size = sizeOf(endpoints);
    return weight === undefined ? size : Math.max(1, Math.round((weight * scale * size) / whole));
  };
  const group = (subZone: string, endpoints: readonly Called[]): Group => ({
    zone,
    subZone,
    priority,
    weight: shareOf(endpoints),
    members: endpoints.map((endpoint) => ({ endpoint, weight: byEndpoint ? shareOf([endpoint]) : undefined })),
  });
  if (byEndpoint) return [group("", all)];
  const together = all.filter(({ weight: own = 1 }) => own === 1);
  const alone = all.filter(({ weight: own = 1 }) => own !== 1);
  return [
    ...(together.length > 0 ? [group("", together)] : []),
    ...alone.map((endpoint) => group(formatAddress(endpoint), [endpoint])),
  ];
}
