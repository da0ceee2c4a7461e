import {
  status as Code,
  type Metadata,
  type ServiceDefinition,
  type UntypedServiceImplementation,
} from "@grpc/grpc-js";
import {
  type ApplyMeshRequest,
  type ApplyMeshResponse,
  type ChangeTrafficRequest,
  type ChangeTrafficResponse,
  type DiffMeshRequest,
  type DiffMeshResponse,
  EndpointHealth,
  type EndpointStatus,
  type GetStatusResponse,
  MeshService,
  type MeshStatus,
  type ResourceStatus,
  type ServiceStatus,
  type WatchStatusResponse,
} from "@hey/proto/mesh";
import { type CallContext, createLatest, type Handlers, type Latest, StatusError } from "@hey/rpc";
import type { AdsClient } from "../ads/ads.ts";
import type { TypeStatus } from "../ads/session.ts";
import type { CheckedEndpoint, Verdict } from "../mesh/endpoint-table.ts";
import type { MeshNow } from "../mesh/mesh.ts";
import type { Snapshot } from "../resources/snapshot.ts";
import { formatAddress } from "../topology/topology.ts";
import type { MeshFileChange } from "./mesh-file-change.ts";
import { overrideLines, toMeshYaml, weightYaml } from "./overrides.ts";
import { readChange } from "./read-change.ts";
import type { Traffic } from "./traffic.ts";

export interface MeshServiceOptions {
  readonly handlers: Handlers;
  readonly snapshots: Latest<Snapshot | undefined>;
  readonly mesh: Latest<MeshNow | undefined>;
  readonly clients: Latest<readonly AdsClient[]>;
  /** What is wrong with the newest mesh.yaml. */
  readonly configErrors: Latest<readonly string[]>;
  /** What discovery cannot find out now. */
  readonly discoveryTroubles: Latest<readonly string[]>;
  readonly traffic: Traffic;
  /** Resolves when clients are told what is meant. */
  readonly settled: () => Promise<void>;
  readonly meshFile: MeshFileChange;
  /** Throws for a caller who may not. */
  readonly gate: (metadata: Metadata) => void;
}

/** A client may name thousands of resources, and the status is for people: so many names of each type. */
const mostNames = 20;

const healthOf: Readonly<Record<Verdict, EndpointHealth>> = {
  checking: EndpointHealth.CHECKING,
  healthy: EndpointHealth.HEALTHY,
  unhealthy: EndpointHealth.UNHEALTHY,
};

/** Serves MeshService: what the control plane knows, for operators. */
export function createMeshService(
  options: MeshServiceOptions,
): readonly [ServiceDefinition, UntypedServiceImplementation] {
  const { handlers, snapshots, mesh, clients, configErrors, discoveryTroubles, traffic, settled, meshFile, gate } =
    options;

  function status(): MeshStatus {
    return {
      version: snapshots.value?.version ?? "",
      services: mesh.value === undefined ? [] : servicesOf(mesh.value),
      clients: clients.value.map(({ nodeId, peer, types }) => ({
        nodeId,
        peer,
        resources: types.map(toResourceStatus),
      })),
      configErrors: configErrors.value,
      discoveryTroubles: discoveryTroubles.value,
      overrides: [
        ...(meshFile.applied.value ? ["another mesh.yaml, until the one on the disk is saved"] : []),
        ...overrideLines(traffic.overrides.value),
      ],
    };
  }

  async function* watchStatus(
    _request: unknown,
    { signal, metadata }: CallContext,
  ): AsyncGenerator<WatchStatusResponse> {
    gate(metadata);
    const changes = createLatest({});
    const ended = new AbortController();
    const until = AbortSignal.any([signal, ended.signal]);
    for (const each of [snapshots, mesh, clients, configErrors, discoveryTroubles, traffic.overrides, meshFile.applied])
      void follow(each.watch(until), () => changes.set({}));
    try {
      for await (const _change of changes.watch(until)) yield { status: status() };
    } finally {
      ended.abort();
    }
  }

  const getStatus = (_request: unknown, { metadata }: CallContext): GetStatusResponse => {
    gate(metadata);
    return { status: status() };
  };
  const changeTraffic = async (
    request: ChangeTrafficRequest,
    { peer, metadata }: CallContext,
  ): Promise<ChangeTrafficResponse> => {
    gate(metadata);
    const change = readChange(request);
    if (!("kind" in change)) throw new StatusError(Code.INVALID_ARGUMENT, change.join("; "));
    const after = traffic.change(change, peer);
    await settled();
    const override = "service" in change ? after.services.get(change.service ?? "") : undefined;
    return {
      inForce: overrideLines(after),
      toKeep: change.kind === "weight" ? weightYaml(change) : override === undefined ? "" : toMeshYaml(override),
    };
  };
  return [
    MeshService,
    {
      getStatus: handlers.unary(getStatus),
      watchStatus: handlers.serverStream(watchStatus),
      changeTraffic: handlers.unary(changeTraffic),
      diffMesh: handlers.unary((request: DiffMeshRequest, { metadata }): DiffMeshResponse => {
        gate(metadata);
        return { lines: meshFile.diff(request.meshYaml) };
      }),
      applyMesh: handlers.unary(async (request: ApplyMeshRequest, { metadata, peer }): Promise<ApplyMeshResponse> => {
        gate(metadata);
        const lines = await meshFile.apply(request.meshYaml, peer);
        await settled();
        return { lines };
      }),
    },
  ];
}

function servicesOf({ topology, tables }: MeshNow): ServiceStatus[] {
  return topology.services.map(({ name, balancing }) => ({
    name,
    balancing: balancing.kind,
    endpoints: (tables.get(name)?.endpoints ?? []).map(toStatus).sort((a, b) => (a.address < b.address ? -1 : 1)),
  }));
}

function toResourceStatus(type: TypeStatus): ResourceStatus {
  const names = type.names.slice(0, mostNames);
  return { ...type, names, moreNames: type.names.length - names.length };
}

function toStatus(endpoint: CheckedEndpoint): EndpointStatus {
  const { verdict, source, labels, weight = 1 } = endpoint;
  return { address: formatAddress(endpoint), health: healthOf[verdict], source, labels: { ...labels }, weight };
}

async function follow(changes: AsyncIterable<unknown>, tell: () => void): Promise<void> {
  for await (const _change of changes) tell();
}
