import { once } from "node:events";
import { redirectGrpcLog } from "@hey/rpc";
import type { Io } from "@hey/runtime";
import { startServer } from "./server.ts";
import type { ServerSettings } from "./settings.ts";

/** Serves until the process is told to stop, then drains. */
export async function run(settings: ServerSettings, { logger, signal, env }: Io): Promise<void> {
  redirectGrpcLog((text) => logger.debug({ event: "grpc-js" }, text));
  {
    await using _server = await startServer(settings, { logger, env });
    if (!signal.aborted) await once(signal, "abort");
  }
  const reason = signal.reason instanceof Error ? signal.reason.message : String(signal.reason);
  logger.info({ event: "stopped", reason }, "stopped");
}
