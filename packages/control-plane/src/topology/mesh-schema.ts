import { z } from "zod";
import { duration, everyCall, fault, metadataKey, retries, routes, share } from "./route-schema.ts";
import { serviceName } from "./service-name.ts";
import { port, source } from "./source-schema.ts";
import type { Balancing, HealthCheck, Route, Service, Source, StaticAddress, Topology } from "./topology.ts";
import { always } from "./whole.ts";

// The form of mesh.yaml as the operator writes it. Every object is strict, since a setting that is spelt wrong and
// ignored in silence is worse than an error; each `transform` fills the defaults in.

const localities = z
  .array(
    z.strictObject({
      zone: z.string(),
      weight: z.int().min(0).max(10_000).optional(),
      priority: z.int().min(0).max(100).default(0),
    }),
  )
  .superRefine((rules, context) => {
    for (const [index, rule] of rules.entries()) {
      const { zone, weight, priority } = rule ?? {};
      const before = rules.slice(0, index).filter((other) => other !== null);
      if (zone !== undefined && before.some((other) => other.zone === zone)) {
        context.addIssue({
          code: "custom",
          path: [index, "zone"],
          message: `expected each zone once, got "${zone}" again`,
        });
      }
      const mixed = before.find((other) => other.priority === priority);
      if (mixed !== undefined && (mixed.weight === undefined) !== (weight === undefined)) {
        const message = `expected a weight for every zone of priority ${priority}, or for none`;
        context.addIssue({ code: "custom", path: [index], message });
      }
    }
  }, always);

/** The largest count that clients can be told. */
const uint32Max = 2 ** 32 - 1;

const percent = z.int().min(1).max(100);

const outliers = z
  .strictObject({
    interval: duration("100ms", "60m").prefault("5s"),
    failure_percent: percent.default(50),
    min_calls: z.int().min(1).max(uint32Max).default(10),
    ejection: duration("1ms", "60m").prefault("10s"),
    max_ejected_percent: percent.default(50),
  })
  .transform((written) => ({
    intervalMs: written.interval,
    failurePercent: written.failure_percent,
    minCalls: written.min_calls,
    ejectionMs: written.ejection,
    maxEjectedPercent: written.max_ejected_percent,
  }));

const ringHash = z.strictObject({ ring_hash: z.strictObject({ header: metadataKey }) });

const weightedByLoad = z.strictObject({
  weighted_by_load: z.strictObject({
    // Clients take new weights over ten times a second at most, and a minute of ignorance is long.
    report_every: duration("100ms", "1m"),
  }),
});

const service = z
  .strictObject({
    port: port.optional(),
    health: z
      .union([z.literal(false), z.string()], { error: 'expected a service name, "" for the whole server, or false' })
      .default(""),
    when_all_fail: z.enum(["keep", "drop"]).default("keep"),
    balancing: z
      .union([z.enum(["round_robin", "weighted_by_load"]), ringHash, weightedByLoad], {
        error:
          "expected round_robin or { ring_hash: { header: NAME } } or weighted_by_load or { weighted_by_load: { report_every: 1s } }",
      })
      .default("round_robin"),
    outliers: outliers.optional(),
    max_calls: z.int().min(1).max(uint32Max).optional(),
    drop_percent: share.optional(),
    localities: localities.default([]),
    retries: retries.optional(),
    fault: fault.optional(),
    routes: routes.default([]),
    sources: z.array(source).min(1, { error: "expected at least one source" }),
  })
  .superRefine(({ sources, port: ofService }, context) => {
    if (!Array.isArray(sources) || ofService !== undefined) return;
    for (const [index, each] of sources.entries()) {
      const { dns, static: addresses, port: own } = each ?? {};
      if (own !== undefined) continue;
      // An address that is none has been told already.
      const without = Array.isArray(addresses)
        ? addresses.findIndex((address) => address?.host !== undefined && address.port === undefined)
        : -1;
      if (dns === undefined && without === -1) continue;
      const path = dns === undefined ? ["sources", index, "static", without] : ["sources", index, "dns"];
      context.addIssue({ code: "custom", path, message: "expected a port here, on the source or on the service" });
    }
  }, always);

/** The whole file; what comes out is a Topology. */
export const meshSchema = z.strictObject({ services: z.record(serviceName, service) }).transform(
  ({ services }): Topology => ({
    services: Object.entries(services).map(([name, written]) => toService(name, written)),
  }),
);

function toService(name: string, written: z.output<typeof service>): Service {
  const health: HealthCheck = {
    service: written.health === false ? undefined : written.health,
    whenAllFail: written.when_all_fail,
  };
  return {
    name,
    balancing: toBalancing(written.balancing),
    outliers: written.outliers,
    maxCalls: written.max_calls,
    dropPercent: written.drop_percent ?? 0,
    localities: written.localities.map(({ zone, weight, priority }) => ({ zone, weight, priority })),
    routes: routesOf(written),
    health,
    sources: written.sources.map((each) => toSource(each, written.port)),
  };
}

function toBalancing(written: z.output<typeof service>["balancing"]): Balancing {
  if (written === "round_robin") return { kind: written };
  if (written === "weighted_by_load") return { kind: written, reportEveryMs: usualReportMs };
  if ("ring_hash" in written) return { kind: "ring_hash", header: written.ring_hash.header };
  return { kind: "weighted_by_load", reportEveryMs: written.weighted_by_load.report_every };
}

/** As often as clients take weights over when they are told nothing. */
const usualReportMs = 1_000;

/** The routes as written, with the service's retries and fault where they have none, and one at the end that takes what is left. */
function routesOf({ routes, retries: inherited, fault: trouble }: z.output<typeof service>): readonly Route[] {
  const last = routes.at(-1);
  const rest = last?.match === everyCall ? [] : [restOfTheCalls];
  return [...routes, ...rest].map((each) => ({
    ...each,
    retries: each.retries ?? inherited,
    fault: each.fault ?? trouble,
  }));
}

const restOfTheCalls: Route = {
  match: everyCall,
  targets: [{ labels: {}, weight: 1 }],
  retries: undefined,
  timeoutMs: undefined,
  fault: undefined,
};

function toSource(written: z.output<typeof source>, servicePort: number | undefined): Source {
  if (written.kubernetes !== undefined) return { kind: "kubernetes", ...written.kubernetes, labels: written.labels };
  // 0 cannot come out: the service's check has refused a source without any port.
  const defaultPort = written.port ?? servicePort ?? 0;
  if (written.dns !== undefined) return { kind: "dns", name: written.dns, port: defaultPort, labels: written.labels };
  const addresses = (written.static ?? []).map(
    ({ port: own, ...address }): StaticAddress => ({ ...address, port: own ?? defaultPort }),
  );
  return { kind: "static", addresses, labels: written.labels };
}
