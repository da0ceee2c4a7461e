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
  type GetStatusResponse,
  MeshService,
  type WatchStatusResponse,
} from "@hey/proto/mesh";
import { type CallContext, type Handlers, StatusError } from "@hey/rpc";
import type { ChangeMetrics } from "./change-metrics.ts";
import { inForceLines } from "./in-force.ts";
import type { MeshFileChange } from "./mesh-file-change.ts";
import { createMeshStatus, type MeshStatusOptions } from "./mesh-status.ts";
import { readChange } from "./read-change.ts";
import { toKeep } from "./to-keep.ts";
import type { Traffic } from "./traffic.ts";

export interface MeshServiceOptions extends MeshStatusOptions {
  readonly handlers: Handlers;
  readonly traffic: Traffic;
  readonly meshFile: MeshFileChange;
  /** Resolves when clients are told what is meant. */
  readonly settled: () => Promise<void>;
  /** Throws for a caller who may not. */
  readonly gate: (metadata: Metadata) => void;
  readonly metrics: ChangeMetrics;
}

/** Serves MeshService: what the control plane knows, for operators. */
export function createMeshService(
  options: MeshServiceOptions,
): readonly [ServiceDefinition, UntypedServiceImplementation] {
  const { handlers, traffic, settled, meshFile, gate, metrics } = options;
  const status = createMeshStatus(options);

  async function* watchStatus(
    _request: unknown,
    { signal, metadata }: CallContext,
  ): AsyncGenerator<WatchStatusResponse> {
    gate(metadata);
    for await (const state of status.watch(signal)) yield { status: state };
  }

  const getStatus = (_request: unknown, { metadata }: CallContext): GetStatusResponse => {
    gate(metadata);
    return { status: status.now() };
  };
  const changeTraffic = async (
    request: ChangeTrafficRequest,
    { peer, metadata }: CallContext,
  ): Promise<ChangeTrafficResponse> => {
    gate(metadata);
    const change = readChange(request);
    if (!("kind" in change)) throw new StatusError(Code.INVALID_ARGUMENT, change.join("; "));
    const after = await metrics.count(change.kind, async () => {
      const changed = traffic.change(change, peer);
      if (change.kind === "reset" && change.service === undefined) await meshFile.restore();
      return changed;
    });
    await settled();
    return {
      inForce: inForceLines(meshFile.applied.value, after),
      toKeep: toKeep({ change, overrides: after, topology: options.mesh.value?.topology ?? { services: [] } }),
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
        const lines = await metrics.count("apply", () =>
          meshFile.apply(request.meshYaml, { peer, force: request.force }),
        );
        await settled();
        return { lines };
      }),
    },
  ];
}
