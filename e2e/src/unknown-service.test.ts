/** What the programs say of a target that their control plane does not know. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { openLocalMesh } from "./local-mesh.ts";
import { checkout } from "./places.ts";

const exec = promisify(execFile);

for (const [program, main, args, words] of [
  [
    "hey-client",
    "packages/client/src/main.ts",
    ["--ready-timeout", "500ms"],
    /Does the control plane .* know this service\?$/m,
  ],
  [
    "hey-loadgen",
    "packages/loadgen/bin/hey-loadgen.js",
    ["-n", "1", "--connect-timeout", "1s"],
    /expected the control plane to know this service/,
  ],
] as const) {
  test(`${program} names the control plane when that does not know the service`, { timeout: 60_000 }, async () => {
    await using mesh = await openLocalMesh();
    const server = await mesh.startServer("one", "v1");
    await mesh.write([server], [], "other");
    const { ads } = await mesh.startControlPlane("control-plane");
    const bootstrap = {
      xds_servers: [{ server_uri: ads, channel_creds: [{ type: "insecure" }], server_features: ["xds_v3"] }],
      node: { id: "test", locality: {} },
    };
    const env = {
      ...process.env,
      HEY_ADMIN_HTTP: "off",
      HEY_ADMIN_GRPC: "off",
      GRPC_XDS_BOOTSTRAP_CONFIG: JSON.stringify(bootstrap),
    };
    const running = exec(process.execPath, [join(checkout, main), ...args, "xds:///heyhow"], { env });
    await assert.rejects(running, ({ stderr }: { readonly stderr: string }) => {
      assert.match(stderr, words);
      return true;
    });
  });
}
