import { mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createLatest } from "@hey/rpc";
import { createLogger } from "@hey/runtime";
import type { Keepalive } from "../channel-options.ts";
import { startControlPlane } from "../control-plane.ts";
import type { ControlPlaneSettings } from "../settings.ts";

export type LogLine = Readonly<Record<string, unknown>>;

/** A whole control plane on ports of the system's choice, its mesh.yaml and its log. For tests. */
export async function runControlPlane(
  meshYaml: string,
  settings: Partial<ControlPlaneSettings> = {},
  keepalive?: Keepalive,
) {
  const folder = await mkdtemp(join(tmpdir(), "mesh-"));
  const mesh = join(folder, "mesh.yaml");
  await writeFile(mesh, meshYaml);
  const log: LogLine[] = [];
  const lines = createLatest(0);
  const destination = {
    write(line: string) {
      log.push(JSON.parse(line));
      lines.set(log.length);
      return true;
    },
  };
  const logger = createLogger({ name: "test", level: "info", destination, pretty: false });
  const controlPlane = await startControlPlane(
    {
      ads: "127.0.0.1:0",
      meshService: "127.0.0.1:0",
      adminHttp: "127.0.0.1:0",
      meshTokenFile: undefined,
      mesh,
      dnsPoll: 20,
      dnsServer: undefined,
      kubeconfig: undefined,
      settle: 3_000,
      lrsInterval: 100,
      ...settings,
    },
    logger,
    keepalive,
  );
  return {
    ...controlPlane,
    mesh,
    log,
    /** Waits for a line with these fields, among those after the first `from`. */
    async logged(fields: LogLine, from = 0): Promise<LogLine> {
      const is = (line: LogLine) => Object.entries(fields).every(([key, value]) => line[key] === value);
      for await (const _ of lines.watch(AbortSignal.timeout(10_000))) {
        const found = log.slice(from).find(is);
        if (found !== undefined) return found;
      }
      throw new Error(`never logged: ${JSON.stringify(fields)}`);
    },
    /** Replaces mesh.yaml by another file, as editors do. */
    async replaceMesh(text: string): Promise<void> {
      await writeFile(`${mesh}.new`, text);
      await rename(`${mesh}.new`, mesh);
    },
    async [Symbol.asyncDispose]() {
      await controlPlane[Symbol.asyncDispose]();
      await rm(folder, { recursive: true });
    },
  };
}
