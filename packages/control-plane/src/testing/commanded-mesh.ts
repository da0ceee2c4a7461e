import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { formatAddress } from "../topology/topology.ts";
import { type LogLine, runControlPlane } from "./running-control-plane.ts";
import { startBackend } from "./xds-world.ts";

const main = fileURLToPath(new URL("../hey-mesh.ts", import.meta.url));
const run = promisify(execFile);

/** A control plane with one server of version v1 and one of v2, and hey-mesh's commands as typed. For tests. */
export async function startMesh(
  { execPath }: Pick<NodeJS.Process, "execPath">,
  { firstAddress = (address: string) => `"${address}"`, more = "" } = {},
) {
  const backends = [await startBackend("v1"), await startBackend("v2")] as const;
  const addresses = backends.map(({ address }) => formatAddress(address));
  const control = await runControlPlane(`services:
  heyhow:
    health: false
    sources:
      - { static: [${firstAddress(addresses[0] ?? "")}], labels: { version: v1 } }
      - { static: ["${addresses[1]}"], labels: { version: v2 } }
${more}`);
  const meshService = control.meshService ?? assert.fail();
  return {
    control,
    addresses,
    /** Types a command; resolves to what it printed once clients were told. */
    async type(line: string, logged: LogLine = { event: "traffic-changed" }): Promise<string> {
      const from = control.log.length;
      const { stdout } = await run(execPath, [main, ...line.split(" "), "--mesh-service", meshService]);
      if (Object.keys(logged).length > 0) await control.logged(logged, from);
      return stdout;
    },
    /** Types a command that is refused; resolves to its exit code and words. */
    async refused(line: string): Promise<{ code: number; stderr: string }> {
      return await run(execPath, [main, ...line.split(" "), "--mesh-service", meshService]).then(
        () => assert.fail("it was not refused"),
        ({ code, stderr }) => ({ code, stderr }),
      );
    },
    /** Waits until every client has accepted what it was sent last. */
    async followed(): Promise<void> {
      for (const endAtMs = performance.now() + 10_000; performance.now() < endAtMs; ) {
        const { clients } = JSON.parse(await this.type("status --json", {}));
        const types = clients.flatMap(({ resources }: { resources: object[] }) => resources);
        if (types.every((each: Record<string, string>) => each["sentVersion"] === each["ackedVersion"])) return;
      }
      assert.fail("not followed in 10 s");
    },
    async [Symbol.asyncDispose]() {
      await control[Symbol.asyncDispose]();
      for (const backend of backends) await backend[Symbol.asyncDispose]();
    },
  };
}
