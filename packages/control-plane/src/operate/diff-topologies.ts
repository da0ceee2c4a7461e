import { formatAddress, type Service, type Topology } from "../topology/topology.ts";

/** What a topology changes of another, a line each: "heyhow.routes.0.timeoutMs: none → 100". Empty when nothing. */
export function diffTopologies(before: Topology, after: Topology): readonly string[] {
  const old = new Map(before.services.map((service) => [service.name, service]));
  const lines = after.services.flatMap((service) => {
    const other = old.get(service.name);
    old.delete(service.name);
    return other === undefined ? [`${service.name}: new`] : diff(service.name, readable(other), readable(service));
  });
  return [...lines, ...Array.from(old.keys(), (name) => `${name}: gone`)];
}

/** Addresses are told apart as a whole, not by their places in a list. */
function readable({ sources, name: _, ...rest }: Service) {
  return {
    ...rest,
    sources: sources.map((source) =>
      source.kind === "static"
        ? {
            ...source,
            addresses: source.addresses.map(
              (each) => `${formatAddress(each)}${"weight" in each ? ` weight ${each.weight}` : ""}`,
            ),
          }
        : source,
    ),
  };
}

function diff(path: string, before: unknown, after: unknown): string[] {
  if (isTree(before) && isTree(after)) {
    const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
    return [...keys].flatMap((key) => diff(`${path}.${key}`, before[key], after[key]));
  }
  const [left, right] = [words(before), words(after)];
  return left === right ? [] : [`${path}: ${left} → ${right}`];
}

function isTree(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

function words(value: unknown): string {
  return value === undefined ? "none" : typeof value === "string" ? value : JSON.stringify(value);
}
