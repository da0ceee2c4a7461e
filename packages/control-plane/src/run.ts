import { once } from "node:events";
import { redirectGrpcLog } from "@hey/rpc";
import type { Io } from "@hey/runtime";
import { startControlPlane } from "./control-plane.ts";
import type { ControlPlaneSettings } from "./settings.ts";

/** Serves until the process is told to stop. */
export async function run(settings: ControlPlaneSettings, { logger, signal }: Io): Promise<void> {
  redirectGrpcLog((text) => logger.debug({ event: "grpc-js" }, text));
  {
    await using _controlPlane = await startControlPlane(settings, logger);
    if (!signal.aborted) await once(signal, "abort");
  }
  const reason = signal.reason instanceof Error ? signal.reason.message : String(signal.reason);
  logger.info({ event: "stopped", reason }, "stopped");
}
