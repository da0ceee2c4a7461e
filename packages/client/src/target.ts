/** A target by how its addresses are found: a single host, a name with many addresses, a list, a socket, xDS. */
export interface Target {
  readonly kind: "host" | "dns" | "ip" | "unix" | "xds";
  /** What stands after the scheme. */
  readonly name: string;
}

/** What a target may look like, for messages and `--help`. */
export const targetForm =
  "host:port, dns:///host:port, ipv4:1.2.3.4:port, ipv6:[::1]:port, unix:path or xds:///service";

const hostPort = /^(\[[\da-f:.]+(%\w+)?\]|[\w.-]+):(\d{1,5})$/i;

const schemes: readonly { readonly kind: Target["kind"]; readonly start: RegExp; fits(name: string): boolean }[] = [
  { kind: "dns", start: /^dns:(\/\/[^/]*\/)?/, fits: isHostPort },
  { kind: "ip", start: /^ipv[46]:/, fits: (name) => name.split(",").every(isHostPort) },
  { kind: "unix", start: /^unix:/, fits: (name) => name.length > 0 },
  // The name becomes the calls' :authority too, and grpc-js-xds resets streams over characters that have no place there.
  { kind: "xds", start: /^xds:\/\/[^/]*\//, fits: (name) => /^[\w.:/-]+$/.test(name) },
];

/** Reads a target; undefined when it is not one, and `targetProblem` says why. */
export function parseTarget(text: string): Target | undefined {
  if (isHostPort(text)) return { kind: "host", name: text };
  for (const { kind, start, fits } of schemes) {
    const [scheme] = start.exec(text) ?? [];
    if (scheme === undefined) continue;
    const name = text.slice(scheme.length);
    if (fits(name)) return { kind, name };
  }
  return undefined;
}

/** What was expected of a target and what came; undefined for a good one. */
export function targetProblem(text: string): string | undefined {
  return parseTarget(text) === undefined ? `expected ${targetForm}; got "${text}"` : undefined;
}

function isHostPort(text: string): boolean {
  const port = Number(hostPort.exec(text)?.[3]);
  return port >= 1 && port <= 65_535;
}
