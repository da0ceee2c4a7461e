import { Client, credentials } from "@grpc/grpc-js";
import { MeshService, type MeshStatus } from "@hey/proto/mesh";
import { callServerStream, callUnary, StatusError } from "@hey/rpc";
import { address, flag, type Io, type ParsedSettings, ProgramError } from "@hey/runtime";
import { statusText } from "./status-text.ts";

/** hey-mesh's settings. */
export const operateSettings = {
  meshService: address({
    flag: "mesh-service",
    env: "HEY_MESH_SERVICE",
    default: "127.0.0.1:18001",
    help: "where the control plane's MeshService answers",
  }),
  json: flag({ flag: "json", default: false, help: "print the state as JSON, one line each time" }),
};

export const commands = ["status", "watch"] as const;

/** What hey-mesh does, by its first argument. */
export async function operate(
  { positionals, meshService, json }: ParsedSettings<typeof operateSettings>,
  { stdout, signal }: Io,
): Promise<void> {
  const client = new Client(meshService, credentials.createInsecure());
  const again = stdout.isTTY === true && !json ? "\x1b[2J\x1b[H" : "";
  const print = (status: MeshStatus | undefined, before = "") => {
    if (status !== undefined) stdout.write(`${before}${json ? JSON.stringify(status) : statusText(status)}\n`);
  };
  try {
    if (positionals[0] === "status") {
      print((await callUnary(client, MeshService.getStatus, {}, { deadlineMs: 5_000, signal })).status);
    } else {
      const options = { deadlineMs: Number.POSITIVE_INFINITY, signal };
      for await (const { status } of callServerStream(client, MeshService.watchStatus, {}, options))
        print(status, again);
    }
  } catch (error) {
    if (signal.aborted) return;
    if (!(error instanceof StatusError)) throw error;
    throw new ProgramError(`no answer from a control plane at ${meshService}: ${error.message}`, { cause: error });
  } finally {
    client.close();
  }
}
