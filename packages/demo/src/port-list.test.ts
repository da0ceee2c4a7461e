import assert from "node:assert/strict";
import { test } from "node:test";
import { portList } from "./port-list.ts";

test("each program is a line, with its ports under their kinds", () => {
  const admin = { "admin-grpc": "127.0.0.1:7", "admin-http": "127.0.0.1:40008" } as const;
  const list = portList([
    { name: "server-1", note: "v1/a", pid: 12, addresses: { grpc: "127.0.0.1:40001", ...admin } },
    { name: "control-plane", note: "", pid: 123456, addresses: { ads: "127.0.0.1:5", mesh: "127.0.0.1:6", ...admin } },
  ]);
  assert.deepEqual(list.split("\n"), [
    "  on 127.0.0.1            pid   gRPC  ADS  mesh  admin gRPC  admin HTTP",
    "  server-1       v1/a      12  40001                      7       40008",
    "  control-plane        123456           5     6           7       40008",
    "",
  ]);
});
