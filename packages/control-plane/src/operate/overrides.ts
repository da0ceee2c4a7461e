import type { MeshState } from "../resources/snapshot.ts";
import { type Fault, formatAddress, type Labels, type Service, type Target } from "../topology/topology.ts";

/** What operators changed over mesh.yaml. Kept in memory only: the file is what a control plane starts from. */
export interface Overrides {
  readonly services: ReadonlyMap<string, ServiceOverride>;
  /** By address; an endpoint that goes and comes back has the same. */
  readonly weights: ReadonlyMap<string, number>;
}

export interface ServiceOverride {
  /** Of the calls that no route takes. */
  readonly split?: readonly Target[];
  /** On every route. */
  readonly fault?: Fault;
  readonly dropPercent?: number;
  readonly paused?: boolean;
}

export const noOverrides: Overrides = { services: new Map(), weights: new Map() };

const nothing: Fault = {
  delay: undefined,
  abort: { code: "UNAVAILABLE", percent: 100 },
  byHeader: false,
};

/** The state that clients are told of. What is not overridden stays the same object, and is not built anew. */
export function applyOverrides({ topology, endpoints }: MeshState, { services, weights }: Overrides): MeshState {
  return {
    topology: {
      services: topology.services.map((service) => {
        const override = services.get(service.name);
        return override === undefined ? service : overridden(service, override);
      }),
    },
    endpoints:
      weights.size === 0
        ? endpoints
        : new Map(
            Array.from(endpoints, ([name, all]) => {
              const touched = all.some((each) => weights.has(formatAddress(each)));
              if (!touched) return [name, all] as const;
              return [
                name,
                all.map((each) => {
                  const weight = weights.get(formatAddress(each));
                  return weight === undefined ? each : { ...each, weight };
                }),
              ] as const;
            }),
          ),
  };
}

/** A service under what operators changed. */
export function overridden(service: Service, { split, fault, dropPercent, paused }: ServiceOverride): Service {
  const last = service.routes.length - 1;
  return {
    ...service,
    dropPercent: dropPercent ?? service.dropPercent,
    routes: service.routes.map((route, index) => ({
      ...route,
      targets: index === last && split !== undefined ? split : route.targets,
      fault: paused ? nothing : (fault ?? route.fault),
    })),
  };
}

/** In words, a line each. */
export function overrideLines({ services, weights }: Overrides): readonly string[] {
  return [
    ...Array.from(services, ([name, override]) => overrideWords(override).map((words) => `${name}: ${words}`)).flat(),
    ...Array.from(weights, ([address, weight]) => `${address}: ${weight === 0 ? "drained" : `weight ${weight}`}`),
  ];
}

function overrideWords({ split, fault, dropPercent, paused }: ServiceOverride): string[] {
  return [
    ...(split === undefined
      ? []
      : [`split ${split.map(({ labels, weight }) => `${labelWords(labels)}=${weight}`).join(" ")}`]),
    ...(fault === undefined ? [] : [`fault ${faultWords(fault)}`]),
    ...(dropPercent === undefined ? [] : [`drops ${dropPercent}% of the calls`]),
    ...(paused ? ["paused: calls fail with UNAVAILABLE"] : []),
  ];
}

function faultWords({ delay, abort, byHeader }: Fault): string {
  const words = [
    ...(abort === undefined ? [] : [`abort ${abort.percent}% with ${abort.code}`]),
    ...(delay === undefined ? [] : [`delay ${delay.percent}% by ${delay.ms}ms`]),
    ...(byHeader ? ["by header"] : []),
  ];
  return words.join(", ") || "none";
}

/** "v1" for a version alone, as the command takes it; "zone:a,version:v1" else. */
export function labelWords(labels: Labels): string {
  const { version, ...others } = labels;
  if (version !== undefined && Object.keys(others).length === 0) return version;
  return Object.entries(labels)
    .map(([key, value]) => `${key}:${value}`)
    .join(",");
}
