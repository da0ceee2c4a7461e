import assert from "node:assert/strict";
import { test } from "node:test";
import { client, controlPlane, front, replicas } from "./lineup.ts";

test("servers have names of their own, and come in two zones for each version", () => {
  assert.deepEqual(
    replicas(5).map(({ name, version, zone }) => `${name} ${version}/${zone}`),
    ["server-1 v1/a", "server-2 v1/b", "server-3 v2/a", "server-4 v2/b", "server-5 v1/a"],
  );
});

test("the front's and MeshService's ports are the only ones that are not the system's choice", () => {
  const parts = [front(9999), controlPlane("mesh.yaml", 18_001), client(0), ...replicas(2)];
  const ports = parts.flatMap(({ args }) => args.filter((arg) => /^[\d.]+:\d+$/.test(arg)));
  assert.deepEqual(new Set(ports), new Set(["127.0.0.1:9999", "127.0.0.1:0", "127.0.0.1:18001"]));
});
