import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { test } from "node:test";
import { status } from "@grpc/grpc-js";
import { HeyHowService, SayRequest } from "@hey/proto/v1";
import { callUnary } from "@hey/rpc";
import { startTestServer } from "./test-server.ts";

/** Whether grpc-js-xds is in this process, which is this file's alone. */
function xdsLoaded(): boolean {
  return Object.keys(createRequire(import.meta.url).cache).some((file) => file.includes("grpc-js-xds"));
}

test("a server with an xDS next hop loads grpc-js-xds at its first hop, not before", async () => {
  // A control plane that is not there: what is loaded is the question, not what it does.
  process.env["GRPC_XDS_BOOTSTRAP_CONFIG"] = JSON.stringify({
    xds_servers: [{ server_uri: "127.0.0.1:1", channel_creds: [{ type: "insecure" }] }],
    node: { id: "test" },
  });
  await using server = await startTestServer({ next: "xds:///heyhow" }, process.env);
  const client = server.connect();
  await callUnary(client, HeyHowService.say, SayRequest.fromPartial({}), { deadlineMs: 10_000 });
  assert.equal(xdsLoaded(), false);
  await assert.rejects(
    callUnary(client, HeyHowService.say, SayRequest.fromPartial({ hops: 1 }), { deadlineMs: 2_000 }),
  );
  assert.equal(xdsLoaded(), true);
});

test("an xDS next hop without a bootstrap fails with UNAVAILABLE that says what is missing", async () => {
  await using server = await startTestServer({ next: "xds:///heyhow" });
  const request = SayRequest.fromPartial({ hops: 1 });
  await assert.rejects(callUnary(server.connect(), HeyHowService.say, request, { deadlineMs: 10_000 }), {
    code: status.UNAVAILABLE,
    message: /^next hop xds:\/\/\/heyhow: .*GRPC_XDS_BOOTSTRAP/,
  });
});
