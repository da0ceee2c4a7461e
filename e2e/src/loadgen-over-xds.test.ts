/** The load generator over a mesh whose balancing has habits of its own. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { openLocalMesh } from "./local-mesh.ts";
import { checkout } from "./places.ts";

const exec = promisify(execFile);

test("a service whose calls go by a ring is called, one user at one server", { timeout: 60_000 }, async () => {
  await using mesh = await openLocalMesh();
  const servers = await Promise.all(["one", "two", "three"].map((name) => mesh.startServer(name, "v1")));
  await mesh.write(servers, ["balancing: { ring_hash: { header: x-user } }"]);
  const { ads } = await mesh.startControlPlane("control-plane");
  const bootstrap = {
    xds_servers: [{ server_uri: ads, channel_creds: [{ type: "insecure" }], server_features: ["xds_v3"] }],
    node: { id: "test", locality: {} },
  };
  const args = ["-m", "x-user=ann", "-n", "60", "-c", "3", "--quiet", "--admin-grpc", "off", "-O", "json=-"];
  const { stdout } = await exec(
    process.execPath,
    [join(checkout, "packages/loadgen/bin/hey-loadgen.js"), ...args, "xds:///heyhow"],
    { env: { ...process.env, GRPC_XDS_BOOTSTRAP_CONFIG: JSON.stringify(bootstrap) }, maxBuffer: 2 ** 24 },
  );
  const { codes, endpoints } = JSON.parse(stdout);
  assert.deepEqual(codes, { OK: 60 });
  assert.equal(endpoints.length, 1, JSON.stringify(endpoints));
});
