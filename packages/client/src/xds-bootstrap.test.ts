import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { validateBootstrapConfig } from "@grpc/grpc-js-xds/build/src/xds-bootstrap.js";
import { bootstrapProblem } from "./xds-bootstrap.ts";

const server = { server_uri: "127.0.0.1:18000", channel_creds: [{ type: "insecure" }] };
const good = JSON.stringify({ xds_servers: [server], node: { id: "test", locality: {} } });

test("a bootstrap in the environment or in a readable file is good", () => {
  const folder = mkdtempSync(join(tmpdir(), "hey-bootstrap-"));
  try {
    const path = join(folder, "bootstrap.json");
    writeFileSync(path, good);
    assert.equal(bootstrapProblem({ GRPC_XDS_BOOTSTRAP: path }, validateBootstrapConfig), undefined);
    assert.equal(bootstrapProblem({ GRPC_XDS_BOOTSTRAP_CONFIG: good }, validateBootstrapConfig), undefined);
    // As in grpc-js-xds, the file wins.
    const both = { GRPC_XDS_BOOTSTRAP: path, GRPC_XDS_BOOTSTRAP_CONFIG: "{" };
    assert.equal(bootstrapProblem(both, validateBootstrapConfig), undefined);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

const inline = (content: unknown) => ({ GRPC_XDS_BOOTSTRAP_CONFIG: JSON.stringify(content) });

const cases = [
  ["nothing set", {}, /expected an xDS bootstrap.*GRPC_XDS_BOOTSTRAP.*neither is set/],
  ["a file that is not there", { GRPC_XDS_BOOTSTRAP: "/nowhere.json" }, /GRPC_XDS_BOOTSTRAP=\/nowhere\.json.*ENOENT/],
  ["what is no JSON", { GRPC_XDS_BOOTSTRAP_CONFIG: "xds_servers: []" }, /GRPC_XDS_BOOTSTRAP_CONFIG: expected JSON/],
  ["null", inline(null), /expected the control plane in xds_servers/],
  ["no control plane", inline({ xds_servers: [], node: {} }), /expected the control plane in xds_servers/],
  ["no node", inline({ xds_servers: [server] }), /expected who this client is in node/],
  ["no locality", inline({ xds_servers: [server], node: { id: "a" } }), /CONFIG: locality field missing in node/],
  [
    "no credentials",
    inline({ xds_servers: [{ server_uri: "a:1" }], node: { id: "a", locality: {} } }),
    /channel_creds/,
  ],
] as const;

for (const [what, env, words] of cases) {
  test(`with ${what} the problem is named`, () => {
    assert.match(bootstrapProblem(env, validateBootstrapConfig) ?? "", words);
  });
}
