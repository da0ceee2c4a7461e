import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { promisify } from "node:util";

// In a process of its own: grpc-js-xds has a timer that keeps a process alive for minutes after its channel was closed.
const script = `
import { createRequire } from "node:module";
import { HeyHowService, SayRequest } from "@hey/proto/v1";
import { callUnary } from "@hey/rpc";
import { openChannel } from ${JSON.stringify(new URL("./channel.ts", import.meta.url).href)};
const cache = createRequire(import.meta.url).cache;
const loaded = () => Object.keys(cache).some((file) => file.endsWith("grpc-js-xds/build/src/index.js"));
const told = (error) => ({ code: error.code ?? error.exitCode, message: error.message });
(await openChannel({ target: "127.0.0.1:1" })).close();
const withoutBootstrap = await openChannel({ target: "xds:///heyhow", env: {} }).catch(told);
const before = loaded();
const channel = await openChannel({ target: "xds:///heyhow", env: process.env });
const call = await callUnary(channel, HeyHowService.say, SayRequest.fromPartial({}), { deadlineMs: 200 }).catch(told);
console.log(JSON.stringify({ withoutBootstrap, before, after: loaded(), target: channel.target, call }));
process.exit();
`;

test("grpc-js-xds is loaded for an xds target only, and not without a bootstrap", async () => {
  const bootstrap = {
    xds_servers: [{ server_uri: "127.0.0.1:1", channel_creds: [{ type: "insecure" }] }],
    node: { id: "test", locality: {} },
  };
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module-typescript", "--eval", script], {
    cwd: import.meta.dirname,
    env: { ...process.env, GRPC_XDS_BOOTSTRAP: "", GRPC_XDS_BOOTSTRAP_CONFIG: JSON.stringify(bootstrap) },
    timeout: 30_000,
  });
  const { withoutBootstrap, before, after, target, call } = JSON.parse(stdout);
  assert.equal(withoutBootstrap.code, 2);
  assert.match(withoutBootstrap.message, /^xds:\/\/\/heyhow: expected an xDS bootstrap/);
  assert.equal(before, false);
  assert.equal(after, true);
  assert.equal(target, "xds:///heyhow");
  // Nobody is at that control plane: the deadline is what ends the call (DEADLINE_EXCEEDED).
  assert.equal(call.code, 4);
});
