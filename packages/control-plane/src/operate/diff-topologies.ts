import { formatAddress, type Service, type Topology } from "../topology/topology.ts";

/** What a topology changes of another, a line each: `heyhow.routes.0.timeoutMs: none → 100`. Empty when nothing. */
export function diffTopologies(before: Topology, after: Topology): readonly string[] {
  const old = new Map(before.services.map((service) => [service.name, service]));
  const lines = after.services.flatMap((service) => {
    const other = old.get(service.name);
    old.delete(service.name);
    return other === undefined ? [`${service.name}: new`] : diff(service.name, readable(other), readable(service));
  });
  return [...lines, ...Array.from(old.keys(), (name) => `${name}: gone`)];
}

/** Addresses by themselves with their weights: their places in a list say nothing, and of one written twice the first counts. */
function readable({ sources, name: _, ...rest }: Service) {
  return {
    ...rest,
    sources: sources.map((source) =>
      source.kind === "static"
        ? {
            ...source,
            addresses: Object.fromEntries(
              source.addresses.toReversed().map((each) => [formatAddress(each), { weight: each.weight ?? 1 }]),
            ),
          }
        : source,
    ),
  };
}

function diff(path: string, before: unknown, after: unknown): string[] {
  if (Array.isArray(before) && Array.isArray(after)) return diffLists(path, before, after);
  if (isTree(before) && isTree(after)) {
    const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
    return [...keys].flatMap((key) => diff(`${path}.${key}`, before[key], after[key]));
  }
  return Object.is(before, after) ? [] : [`${path}: ${words(before)} → ${words(after)}`];
}

/** What is put in or taken out does not change what stands around it; numbers of what is gone are those it had. */
function diffLists(path: string, before: readonly unknown[], after: readonly unknown[]): string[] {
  const shorter = Math.min(before.length, after.length);
  let same = 0;
  while (same < shorter && isSame(before[same], after[same])) same += 1;
  let sameAtEnd = 0;
  while (sameAtEnd < shorter - same && isSame(before.at(-1 - sameAtEnd), after.at(-1 - sameAtEnd))) sameAtEnd += 1;
  const left = before.slice(same, before.length - sameAtEnd);
  const right = after.slice(same, after.length - sameAtEnd);
  return Array.from({ length: Math.max(left.length, right.length) }, (_, index) =>
    diff(`${path}.${same + index}`, left[index], right[index]),
  ).flat();
}

function isSame(before: unknown, after: unknown): boolean {
  return diff("", before, after).length === 0;
}

function isTree(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** As JSON, which tells 80 from "80" and nothing from "none". */
function words(value: unknown): string {
  return value === undefined ? "none" : JSON.stringify(value);
}
