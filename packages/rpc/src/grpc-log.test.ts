import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { test } from "node:test";
import { redirectGrpcLog } from "./grpc-log.ts";
import { listen } from "./listen.ts";

test("what grpc-js would print is handed over", async () => {
  const said: string[] = [];
  redirectGrpcLog((text) => said.push(text));
  await using taken = createServer().listen(0, "127.0.0.1");
  await once(taken, "listening");
  const { port } = taken.address() as AddressInfo;
  await assert.rejects(listen({ address: `127.0.0.1:${port}`, services: [], drain: { noticeMs: 0, drainMs: 0 } }));
  assert.deepEqual(said, ["No address added out of total 1 resolved"]);
});
