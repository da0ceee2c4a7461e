import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { Client, credentials } from "@grpc/grpc-js";
import { MeshService, type MeshStatus } from "@hey/proto/mesh";
import { callUnary } from "@hey/rpc";
import type { Environment } from "@hey/runtime";
import { unsettled } from "./mesh-state.ts";
import { type MeshText, openMeshText } from "./mesh-text.ts";
import { heyMesh } from "./places.ts";
import { until } from "./until.ts";

const run = promisify(execFile);

/** Whoever types hey-mesh and edits mesh.yaml on this host. Disposing closes the connection. */
export interface LocalOperator extends Disposable {
  status(): Promise<MeshStatus>;
  /** Runs hey-mesh. */
  command(words: readonly string[]): Promise<void>;
  readonly mesh: MeshText;
  /** Writes mesh.yaml, and waits until the control plane follows it. Rejects with what it finds wrong with it. */
  followMesh(text: string, signal: AbortSignal): Promise<void>;
  /** Waits until every client has accepted what it was sent. */
  settled(signal: AbortSignal): Promise<void>;
}

export interface LocalOperatorOptions {
  /** Where MeshService answers. */
  readonly meshService: string;
  /** The path of mesh.yaml. */
  readonly mesh: string;
  readonly nodePath: string;
  readonly env: Environment;
}

export function createLocalOperator({ meshService, mesh: path, nodePath, env }: LocalOperatorOptions): LocalOperator {
  const client = new Client(meshService, credentials.createInsecure(), { "grpc.enable_http_proxy": 0 });
  const mesh = openMeshText(path);
  const operator: LocalOperator = {
    mesh,
    async status() {
      const answer = await callUnary(client, MeshService.getStatus, {}, { deadlineMs: 10_000, waitForReady: true });
      if (answer.status === undefined) throw new Error("expected a status from MeshService, got none");
      return answer.status;
    },
    async command(words) {
      await run(nodePath, [heyMesh, ...words], { env: { ...env, HEY_MESH_SERVICE: meshService } });
    },
    async followMesh(text, signal) {
      const { version } = await operator.status();
      await mesh.write(text);
      const followed = await until(
        "followed by the control plane",
        async () => {
          const { version: now, configErrors } = await operator.status();
          return { version: now, configErrors };
        },
        (now) => now.version !== version || now.configErrors.length > 0,
        signal,
      );
      if (followed.configErrors.length > 0) throw new Error(followed.configErrors.join("; "));
      // A cluster that comes is announced before calls go there. Commands are answered when clients have been told all of
      // it, and to resume what is not paused is one that changes nothing.
      const change = { $case: "pause", value: { service: "heyhow", paused: false } } as const;
      await callUnary(client, MeshService.changeTraffic, { change }, { deadlineMs: 10_000, signal });
    },
    async settled(signal) {
      const open = async () => unsettled(await operator.status());
      await until("accepted by every client", open, (clients) => clients.length === 0, signal);
    },
    [Symbol.dispose]: () => client.close(),
  };
  return operator;
}
