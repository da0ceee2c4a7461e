import { execFile } from "node:child_process";
import { readFile, rename, writeFile } from "node:fs/promises";
import { promisify } from "node:util";
import { Client, credentials } from "@grpc/grpc-js";
import { MeshService, type MeshStatus } from "@hey/proto/mesh";
import { callUnary } from "@hey/rpc";
import type { Environment } from "@hey/runtime";
import { isSettled } from "./mesh-state.ts";
import { heyMesh } from "./places.ts";
import { until } from "./until.ts";

const run = promisify(execFile);

/** Whoever types hey-mesh and edits mesh.yaml on this host. Disposing closes the connection. */
export interface LocalOperator extends Disposable {
  status(): Promise<MeshStatus>;
  /** Runs hey-mesh. */
  command(words: readonly string[]): Promise<void>;
  readMesh(): Promise<string>;
  /** Replaces mesh.yaml as editors do, by another file. */
  writeMesh(text: string): Promise<void>;
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

export function createLocalOperator({ meshService, mesh, nodePath, env }: LocalOperatorOptions): LocalOperator {
  const client = new Client(meshService, credentials.createInsecure(), { "grpc.enable_http_proxy": 0 });
  const operator: LocalOperator = {
    async status() {
      const answer = await callUnary(client, MeshService.getStatus, {}, { deadlineMs: 10_000, waitForReady: true });
      if (answer.status === undefined) throw new Error("expected a status from MeshService, got none");
      return answer.status;
    },
    async command(words) {
      await run(nodePath, [heyMesh, ...words], { env: { ...env, HEY_MESH_SERVICE: meshService } });
    },
    readMesh: () => readFile(mesh, "utf8"),
    async writeMesh(text) {
      await writeFile(`${mesh}.new`, text);
      await rename(`${mesh}.new`, mesh);
    },
    async followMesh(text, signal) {
      const { version } = await operator.status();
      await operator.writeMesh(text);
      const isHeard = (now: MeshStatus) => now.version !== version || now.configErrors.length > 0;
      const { configErrors } = await until("followed by the control plane", operator.status, isHeard, signal);
      if (configErrors.length > 0) throw new Error(configErrors.join("; "));
      // A cluster that comes is announced before calls go there. Commands are answered when clients have been told all of
      // it, and to resume what is not paused is one that changes nothing.
      const change = { $case: "pause", value: { service: "heyhow", paused: false } } as const;
      await callUnary(client, MeshService.changeTraffic, { change }, { deadlineMs: 10_000, signal });
    },
    settled: async (signal) => void (await until("accepted by every client", operator.status, isSettled, signal)),
    [Symbol.dispose]: () => client.close(),
  };
  return operator;
}
