import { z } from "zod";
import type { Labels } from "../topology/topology.ts";

// What is read of Kubernetes' objects; the rest of them is let go at once, since a Pod alone may have many kilobytes.

/** One port of an EndpointSlice. */
interface SlicePort {
  /** "" for a Service's only port, which needs no name. */
  readonly name: string;
  readonly port: number;
}

/** One endpoint of an EndpointSlice. */
export interface SliceEndpoint {
  readonly address: string;
  readonly ready: boolean;
  readonly serving: boolean;
  readonly terminating: boolean;
  readonly zone: string | undefined;
  /** The name of the Pod behind it, if it is one. */
  readonly pod: string | undefined;
}

export interface Slice {
  /** "IPv4" or "IPv6"; "FQDN" is a relic without a meaning. */
  readonly addressType: string;
  readonly ports: readonly SlicePort[];
  readonly endpoints: readonly SliceEndpoint[];
}

export interface KubernetesService {
  /** Undefined: its EndpointSlices are made by hand, and there may be no Pods. */
  readonly selector: Labels | undefined;
  readonly ports: readonly SlicePort[];
  /** Of the addresses of a Pod that has both, the kind that counts. */
  readonly addressType: string;
}

/** An object of a list or an event, by its name. */
export interface Named<T> {
  readonly name: string;
  /** The state of the cluster that it stands for. */
  readonly resourceVersion: string;
  readonly value: T;
}

const named = { name: z.string().min(1), resourceVersion: z.string().min(1) };
const labels = z.record(z.string(), z.string());

const port = z
  .object({ name: z.string().nullish(), port: z.int().nullish(), protocol: z.string().nullish() })
  .transform(({ name, port: number, protocol }) =>
    number == null || (protocol ?? "TCP") !== "TCP" ? [] : [{ name: name ?? "", port: number }],
  );
const ports = z
  .array(port)
  .nullish()
  .transform((all): SlicePort[] => (all ?? []).flat());

// A condition that is not there has a meaning of its own in the API: ready and serving, and not terminating.
const endpoint = z
  .object({
    addresses: z.array(z.string()).min(1),
    conditions: z
      .object({ ready: z.boolean().nullish(), serving: z.boolean().nullish(), terminating: z.boolean().nullish() })
      .nullish(),
    zone: z.string().nullish(),
    targetRef: z.object({ kind: z.string().nullish(), name: z.string().nullish() }).nullish(),
  })
  .transform(
    ({ addresses: [address = ""], conditions, zone, targetRef }): SliceEndpoint => ({
      address,
      ready: conditions?.ready ?? true,
      serving: conditions?.serving ?? true,
      terminating: conditions?.terminating ?? false,
      zone: zone ?? undefined,
      pod: targetRef?.kind === "Pod" ? (targetRef.name ?? undefined) : undefined,
    }),
  );

const slice = z.object({
  metadata: z.object(named),
  addressType: z.string(),
  endpoints: z.array(endpoint).nullish(),
  ports,
});

const service = z.object({
  metadata: z.object(named),
  spec: z.object({
    selector: labels.nullish(),
    ports,
    ipFamilies: z.array(z.string()).nullish(),
  }),
});

const pod = z.object({ metadata: z.object({ ...named, labels: labels.nullish() }) });

const versioned = z.object({ metadata: z.object({ resourceVersion: z.string().min(1) }) });

/** Throws for what is no such object, as do the others. */
export function readSlice(object: unknown): Named<Slice> {
  const { metadata, addressType, endpoints, ports: all } = parse(slice, object);
  return { ...metadata, value: { addressType, ports: all, endpoints: endpoints ?? [] } };
}

export function readService(object: unknown): Named<KubernetesService> {
  const { metadata, spec } = parse(service, object);
  const selector = Object.keys(spec.selector ?? {}).length === 0 ? undefined : (spec.selector ?? undefined);
  return { ...metadata, value: { selector, ports: spec.ports, addressType: spec.ipFamilies?.[0] ?? "IPv4" } };
}

export function readPod(object: unknown): Named<Labels> {
  const { name, resourceVersion, labels: own } = parse(pod, object).metadata;
  return { name, resourceVersion, value: own ?? {} };
}

/** Of an object that stands only for a state, as a bookmark does. */
export function readVersion(object: unknown): string {
  return parse(versioned, object).metadata.resourceVersion;
}

function parse<Schema extends z.ZodType>(schema: Schema, object: unknown): z.output<Schema> {
  const parsed = schema.safeParse(object);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join(".") || "it"}: ${message}`);
  throw new Error(`an object cannot be read: ${problems.join("; ")}`);
}
