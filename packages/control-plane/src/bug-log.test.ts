import assert from "node:assert/strict";
import { test } from "node:test";
import { Client, credentials, status } from "@grpc/grpc-js";
import { MeshService } from "@hey/proto/mesh";
import { callServerStream, callUnary, createHandlers, listen, StatusError } from "@hey/rpc";
import { createLogger } from "@hey/runtime";
import { createBugLog } from "./bug-log.ts";

test("what a caller is told to look for in the log is there, for calls and for streams, and nothing else", async () => {
  const lines: Record<string, unknown>[] = [];
  const destination = { write: (line: string) => lines.push(JSON.parse(line)) > 0 };
  const logger = createLogger({ name: "test", level: "info", destination, pretty: false });
  const handlers = createHandlers({ observer: createBugLog(logger) });
  const fail = (error: Error) => () => {
    throw error;
  };
  await using server = await listen({
    address: "127.0.0.1:0",
    services: [
      [
        MeshService,
        {
          getStatus: handlers.unary(fail(new TypeError("of a call"))),
          watchStatus: handlers.serverStream(fail(new TypeError("of a stream"))),
          changeTraffic: handlers.unary(fail(new StatusError(status.NOT_FOUND, "no such service"))),
        },
      ],
    ],
    drain: { noticeMs: 0, drainMs: 0 },
  });
  const client = new Client(server.address, credentials.createInsecure());
  const options = { deadlineMs: 5_000 };
  const internal = { code: status.INTERNAL, message: /the cause is in the server's log/ };
  await assert.rejects(callUnary(client, MeshService.getStatus, {}, options), internal);
  await assert.rejects(callServerStream(client, MeshService.watchStatus, {}, options).next(), internal);
  await assert.rejects(callUnary(client, MeshService.changeTraffic, { change: undefined }, options), {
    code: status.NOT_FOUND,
  });
  client.close();
  assert.deepEqual(
    lines.map(({ level, event, method, err }) => [level, event, method, (err as Error).message]),
    [
      ["error", "bug", "/heyhow.mesh.v1.MeshService/GetStatus", "of a call"],
      ["error", "bug", "/heyhow.mesh.v1.MeshService/WatchStatus", "of a stream"],
    ],
  );
});
