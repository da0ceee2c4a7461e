import assert from "node:assert/strict";
import { test } from "node:test";
import { formatAddress, formatSource } from "./topology.ts";

test("addresses are written as gRPC reads them", () => {
  assert.equal(formatAddress({ host: "10.0.0.1", port: 1 }), "10.0.0.1:1");
  assert.equal(formatAddress({ host: "::1", port: 1 }), "[::1]:1");
});

test("sources are named as people know them", () => {
  assert.equal(formatSource({ kind: "dns", name: "server", port: 1, labels: {} }), "dns:server");
  assert.equal(formatSource({ kind: "static", addresses: [], labels: {} }), "static");
  const kubernetes = { kind: "kubernetes", service: "heyhow", labels: {} } as const;
  assert.equal(formatSource({ ...kubernetes, namespace: "default", port: "grpc" }), "kubernetes:default/heyhow:grpc");
  assert.equal(formatSource({ ...kubernetes, namespace: undefined, port: undefined }), "kubernetes:heyhow");
});
