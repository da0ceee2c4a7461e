import { z } from "zod";
import type { Labels, SocketAddress } from "../topology/topology.ts";
import type { KubernetesService, Slice, SliceEndpoint } from "./kubernetes-objects.ts";

/** What is known of a Service. */
export interface KubernetesState {
  /** Undefined: there is none. */
  readonly service: KubernetesService | undefined;
  readonly slices: readonly Slice[];
  /** The labels of its Pods by their names. */
  readonly pods: ReadonlyMap<string, Labels>;
}

export interface FoundEndpoint extends SocketAddress {
  readonly labels: Labels;
  readonly terminating?: boolean;
}

export interface FoundEndpoints {
  /** Undefined: no news, since it cannot be said what the endpoints are. */
  readonly endpoints: readonly FoundEndpoint[] | undefined;
  /** What is wrong, and what to do. */
  readonly problem: string | undefined;
}

/**
 * The endpoints of a Service at one of its ports: the name of it, its number as the Service has it, or undefined for the
 * only one. Those that are ready may be called, and those that are terminating and still serving are about to go.
 */
export function endpointsOf(state: KubernetesState, wanted: string | number | undefined): FoundEndpoints {
  const { service } = state;
  if (service === undefined) return { endpoints: [], problem: "there is no such Service" };
  const port = findPort(service, wanted);
  if ("problem" in port) return { endpoints: undefined, problem: port.problem };

  const usable = onePerPod(state.slices, service.addressType).filter(({ endpoint }) => isUsable(endpoint));
  const placed = usable.flatMap(({ endpoint, slice }) => {
    const number = port.number ?? slice.ports.find(({ name }) => name === port.name)?.port;
    return number === undefined ? [] : [{ endpoint, number }];
  });
  if (placed.length === 0 && usable.length > 0) {
    return { endpoints: undefined, problem: `no EndpointSlice has the port "${port.name}"` };
  }

  const found = new Map<string, FoundEndpoint>();
  // While an endpoint moves from one slice to another it is in both, and ready in one of them is ready.
  for (const { endpoint, number } of placed.sort((a, b) => Number(a.endpoint.ready) - Number(b.endpoint.ready))) {
    found.set(`${endpoint.address} ${number}`, {
      host: endpoint.address,
      port: number,
      labels: labelsOf(endpoint, state.pods),
      ...(!endpoint.ready && { terminating: true }),
    });
  }
  const endpoints = [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, each]) => each);
  return { endpoints, problem: undefined };
}

type Port = { readonly name: string; readonly number: number | undefined } | { readonly problem: string };

function findPort({ ports }: KubernetesService, wanted: string | number | undefined): Port {
  const has = `it has ${ports.map(({ name, port }) => `${port}${name && ` (${name})`}`).join(", ") || "none"}`;
  if (wanted === undefined) {
    const [only, ...others] = ports;
    if (only !== undefined && others.length === 0) return { name: only.name, number: undefined };
    return { problem: `which port of the Service is not said: ${has}` };
  }
  if (typeof wanted === "string") return { name: wanted, number: undefined };
  // A headless Service needs no ports: then the number is the Pods' own.
  if (ports.length === 0) return { name: "", number: wanted };
  const numbered = ports.find(({ port }) => port === wanted);
  return numbered
    ? { name: numbered.name, number: undefined }
    : { problem: `the Service has no port ${wanted}: ${has}` };
}

interface Placed {
  readonly endpoint: SliceEndpoint;
  readonly slice: Slice;
}

/** A Pod with addresses of both kinds is in slices of both, and one endpoint all the same. */
function onePerPod(slices: readonly Slice[], preferred: string): readonly Placed[] {
  const all = slices.flatMap((slice) => slice.endpoints.map((endpoint) => ({ endpoint, slice })));
  const first = all.filter(({ slice }) => slice.addressType === preferred);
  const pods = new Set(first.map(({ endpoint }) => endpoint.pod));
  const others = all.filter(({ endpoint, slice }) => {
    return slice.addressType !== preferred && (endpoint.pod === undefined || !pods.has(endpoint.pod));
  });
  return [...first, ...others];
}

function isUsable({ address, ready, serving, terminating }: SliceEndpoint): boolean {
  return (ready || (serving && terminating)) && ip.safeParse(address).success;
}

const ip = z.union([z.ipv4(), z.ipv6()]);

function labelsOf({ pod, zone }: SliceEndpoint, pods: ReadonlyMap<string, Labels>): Labels {
  return { ...(pod !== undefined && pods.get(pod)), ...(zone !== undefined && { zone }) };
}
