import { status as Code } from "@grpc/grpc-js";
import {
  type ClientStatus,
  EndpointHealth,
  type EndpointStatus,
  type MeshStatus,
  type ResourceStatus,
  type ServiceStatus,
} from "@hey/proto/mesh";
import { createLatest, type Latest, StatusError } from "@hey/rpc";
import type { AdsClient } from "../ads/ads.ts";
import type { TypeStatus } from "../ads/session.ts";
import type { Lrs } from "../lrs/lrs.ts";
import { type CheckedEndpoint, emptyTable, type Verdict } from "../mesh/endpoint-table.ts";
import type { MeshNow } from "../mesh/mesh.ts";
import type { Snapshot } from "../resources/snapshot.ts";
import { formatAddress } from "../topology/topology.ts";
import { toClientCalls } from "./client-calls.ts";
import { inForceLines } from "./in-force.ts";
import type { MeshFileChange } from "./mesh-file-change.ts";
import type { Overrides } from "./overrides.ts";
import type { Traffic } from "./traffic.ts";

export interface MeshStatusOptions {
  readonly snapshots: Latest<Snapshot | undefined>;
  readonly mesh: Latest<MeshNow | undefined>;
  readonly clients: Latest<readonly AdsClient[]>;
  readonly lrs: Pick<Lrs, "reporters" | "changes">;
  /** What is wrong with the newest mesh.yaml. */
  readonly configErrors: Latest<readonly string[]>;
  /** What discovery cannot find out now. */
  readonly discoveryTroubles: Latest<readonly string[]>;
  readonly traffic: Pick<Traffic, "overrides">;
  readonly meshFile: Pick<MeshFileChange, "applied">;
}

/** What the control plane knows, as operators see it. */
interface StatusReader {
  now(): MeshStatus;
  /** The state now and after each change, until the signal aborts. Throws RESOURCE_EXHAUSTED when too many watch already. */
  watch(signal: AbortSignal): AsyncGenerator<MeshStatus>;
}

/** Operators and their dashboards; each costs a state that it has not read yet. */
const mostWatchers = 100;
/** There may be thousands of clients: so many are shown, and of those that report their calls. */
const mostClients = 500;
/** A client may name thousands of resources, and the status is for people: so many names of each type. */
const mostNames = 20;

const healthOf: Readonly<Record<Verdict, EndpointHealth>> = {
  checking: EndpointHealth.CHECKING,
  healthy: EndpointHealth.HEALTHY,
  unhealthy: EndpointHealth.UNHEALTHY,
};

/** Reads the state of everything. For those who watch it is put together once for each change, however many they are. */
export function createMeshStatus(options: MeshStatusOptions): StatusReader {
  const { snapshots, mesh, clients, lrs, configErrors, discoveryTroubles, traffic, meshFile } = options;
  const { overrides } = traffic;
  const { applied } = meshFile;
  const { changes: calls } = lrs;
  const parts = [snapshots, mesh, clients, calls, configErrors, discoveryTroubles, overrides, applied] as const;
  let known: { readonly of: readonly unknown[]; readonly status: MeshStatus } | undefined;
  let watchers = 0;

  function read(): MeshStatus {
    const reporters = lrs.reporters();
    return {
      version: snapshots.value?.version ?? "",
      services: mesh.value === undefined ? [] : servicesOf(mesh.value, overrides.value),
      clients: clientsOf(clients.value).slice(0, mostClients),
      moreClients: Math.max(0, clients.value.length - mostClients),
      configErrors: configErrors.value,
      discoveryTroubles: discoveryTroubles.value,
      overrides: inForceLines(applied.value, overrides.value),
      calls: reporters.slice(0, mostClients).map(toClientCalls),
      moreCallers: Math.max(0, reporters.length - mostClients),
    };
  }

  function shared(): MeshStatus {
    const of = parts.map(({ value }) => value);
    if (known === undefined || of.some((value, index) => value !== known?.of[index])) known = { of, status: read() };
    return known.status;
  }

  async function* watch(signal: AbortSignal): AsyncGenerator<MeshStatus> {
    if (watchers >= mostWatchers) {
      const message = `${watchers} watch the status already, and no more can: end one, or ask by GetStatus`;
      throw new StatusError(Code.RESOURCE_EXHAUSTED, message);
    }
    watchers += 1;
    const changes = createLatest({});
    const ended = new AbortController();
    const until = AbortSignal.any([signal, ended.signal]);
    try {
      for (const part of parts) void follow(part.watch(until), () => changes.set({}));
      for await (const _change of changes.watch(until)) yield shared();
    } finally {
      watchers -= 1;
      ended.abort();
    }
  }

  return { now: read, watch };
}

function servicesOf({ topology, tables }: MeshNow, { weights }: Overrides): ServiceStatus[] {
  const toStatus = (endpoint: CheckedEndpoint): EndpointStatus => {
    const { verdict, source, labels } = endpoint;
    const address = formatAddress(endpoint);
    const weight = weights.get(address) ?? endpoint.weight ?? 1;
    return { address, health: healthOf[verdict], source, labels: { ...labels }, weight };
  };
  return topology.services.map(({ name, balancing }) => {
    const { endpoints, panic, known } = tables.get(name) ?? emptyTable;
    const sorted = endpoints.map(toStatus).sort((a, b) => (a.address < b.address ? -1 : 1));
    return { name, balancing: balancing.kind, endpoints: sorted, panic, unknown: !known };
  });
}

/** Those first that refused something: they are what an operator has to see. */
function clientsOf(clients: readonly AdsClient[]): ClientStatus[] {
  const all = clients.map(({ nodeId, peer, types }) => ({ nodeId, peer, resources: types.map(toResourceStatus) }));
  const hasRefused = ({ resources }: ClientStatus) => resources.some(({ nack }) => nack !== "");
  return [...all.filter(hasRefused), ...all.filter((each) => !hasRefused(each))];
}

function toResourceStatus(type: TypeStatus): ResourceStatus {
  const names = type.names.slice(0, mostNames);
  return { ...type, names, moreNames: type.names.length - names.length };
}

async function follow(changes: AsyncIterable<unknown>, tell: () => void): Promise<void> {
  for await (const _change of changes) tell();
}
