import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonValue } from "@bufbuild/protobuf";
import { descriptorSet } from "@hey/proto/descriptors";
import { filesOfSet, registryOf } from "./descriptors.ts";
import { findMisfit } from "./misfit.ts";

const registry = registryOf(filesOfSet(descriptorSet(), "the contracts"), "the contracts");

function misfit(name: string, json: JsonValue): string | undefined {
  return findMisfit(registry.getMessage(name) ?? assert.fail(name), json, registry);
}

const status = "heyhow.mesh.v1.MeshStatus";
const endpoint = (fields: JsonValue) => ({ services: [{ name: "a" }, { endpoints: [fields] }] });

for (const [json, words] of [
  [[1], "the message: expected an object with the fields of heyhow.mesh.v1.MeshStatus; got [1]"],
  [{ version: 7 }, "/version: expected a text; got 7"],
  [{ services: {} }, "/services: expected a list; got {}"],
  [{ services: ["a"] }, '/services/0: expected an object with the fields of heyhow.mesh.v1.ServiceStatus; got "a"'],
  [{ configErrors: ["a", 2] }, "/configErrors/1: expected a text; got 2"],
  [
    endpoint({ adress: "a:1" }),
    "/services/1/endpoints/0/adress: heyhow.mesh.v1.EndpointStatus has no such field; did you mean address? (there are address, health, source, labels, weight)",
  ],
  [
    endpoint({ health: "WELL" }),
    '/services/1/endpoints/0/health: expected one of ENDPOINT_HEALTH_UNSPECIFIED, ENDPOINT_HEALTH_CHECKING, ENDPOINT_HEALTH_HEALTHY, ENDPOINT_HEALTH_UNHEALTHY; got "WELL"',
  ],
  [endpoint({ labels: [] }), "/services/1/endpoints/0/labels: expected an object of keys and values; got []"],
  [endpoint({ labels: { zone: 1 } }), "/services/1/endpoints/0/labels/zone: expected a text; got 1"],
  [endpoint({ weight: "heavy" }), '/services/1/endpoints/0/weight: expected a number (double); got "heavy"'],
  [endpoint({ weight: 1, labels: { zone: "a" }, health: "ENDPOINT_HEALTH_HEALTHY" }), undefined],
] as const) {
  test(`${JSON.stringify(json)} is told by its place: ${words ?? "it fits"}`, () => {
    assert.equal(misfit(status, json as unknown as JsonValue), words);
  });
}

test("a message without fields says so", () => {
  const name = "heyhow.mesh.v1.GetStatusRequest";
  assert.equal(misfit(name, { a: 1 }), `/a: ${name} has no such field; it has none`);
});
