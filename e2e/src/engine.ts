import { run } from "./docker.ts";

/** Whether containers can be started here, and where; or why not, in Docker's own words. */
export type Engine =
  | { readonly answers: true; readonly host: string }
  | { readonly answers: false; readonly reason: string };

/** Asks for the engine that the `docker` command would use. */
export async function findEngine(): Promise<Engine> {
  try {
    await run(["version", "--format", "{{.Server.Version}}"]);
    await run(["compose", "version"]);
    const host = await run(["context", "inspect", "--format", "{{.Endpoints.docker.Host}}"]);
    return { answers: true, host: host.trim() };
  } catch (thrown) {
    return { answers: false, reason: thrown instanceof Error ? thrown.message : String(thrown) };
  }
}
