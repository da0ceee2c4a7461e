import assert from "node:assert/strict";
import { test } from "node:test";
import { EndpointHealth, type MeshStatus, type ResourceStatus } from "@hey/proto/mesh";
import { statusText } from "./status-text.ts";

const empty: MeshStatus = {
  version: "",
  services: [],
  clients: [],
  configErrors: [],
  discoveryTroubles: [],
  overrides: [],
};
const resource = (change: Partial<ResourceStatus>): ResourceStatus => ({
  type: "CDS",
  names: ["heyhow"],
  sentVersion: "b",
  ackedVersion: "b",
  nack: "",
  moreNames: 0,
  ...change,
});

test("nothing is known yet", () => {
  assert.equal(statusText(empty), "snapshot none yet\n\nno xDS clients");
});

test("services with their endpoints, clients with what they have, and what is wrong with mesh.yaml", () => {
  const labels = { version: "v1", zone: "a" };
  const endpoints = [
    { address: "10.0.0.1:9999", health: EndpointHealth.HEALTHY, source: "dns:server", labels, weight: 1 },
    { address: "10.0.0.3:9999", health: EndpointHealth.HEALTHY, source: "dns:server", labels: {}, weight: 0 },
    { address: "10.0.0.4:9999", health: EndpointHealth.HEALTHY, source: "static", labels: {}, weight: 0.5 },
    { address: "10.0.0.20:9999", health: EndpointHealth.UNHEALTHY, source: "static", labels: {}, weight: 1 },
  ];
  const services = [
    { name: "heyhow", balancing: "round_robin", endpoints },
    { name: "other", balancing: "round_robin", endpoints: [] },
  ];
  const clients = [
    {
      nodeId: "client",
      peer: "10.0.0.9:4",
      resources: [
        resource({}),
        resource({ type: "EDS", ackedVersion: "a", nack: "bad address" }),
        resource({ type: "LDS", names: ["heyhow", "x"], ackedVersion: "" }),
        resource({ type: "RDS", names: [], sentVersion: "", ackedVersion: "" }),
      ],
    },
  ];
  const configErrors = ["mesh.yaml:3:1 x: no such setting"];
  assert.equal(
    statusText({
      version: "838a",
      services,
      clients,
      configErrors,
      discoveryTroubles: ["kubernetes:heyhow: not allowed (403)"],
      overrides: ["heyhow: paused\u001b"],
    }),
    `snapshot 838a

service heyhow, round_robin
  endpoint        health               found by    labels
  10.0.0.1:9999   healthy              dns:server  version=v1 zone=a
  10.0.0.3:9999   healthy, drained     dns:server
  10.0.0.4:9999   healthy, weight 0.5  static
  10.0.0.20:9999  unhealthy            static

service other, round_robin
  no endpoints: every call fails at once

clients
  node    peer        type  names     has
  client  10.0.0.9:4  CDS   heyhow    b
                      EDS   heyhow    REFUSED b, keeps a: bad address
                      LDS   heyhow,x  b sent, not answered yet
                      RDS   -         nothing was sent

changed by command, until the control plane restarts (hey-mesh reset takes all of it back):
  heyhow: paused\\x1b

discovery is in trouble, and what it found stays:
  kubernetes:heyhow: not allowed (403)

mesh.yaml is wrong, and the last good one in force:
  mesh.yaml:3:1 x: no such setting`,
  );
});

test("names that are not shown are counted", () => {
  const clients = [{ nodeId: "x", peer: "10.0.0.9:4", resources: [resource({ moreNames: 9_980 })] }];
  assert.match(statusText({ ...empty, clients }), /heyhow and 9980 more/);
});

test("what clients call themselves neither moves the cursor nor begins a line", () => {
  const resources = [resource({ names: ["a\x1b[2Jb"] })];
  const clients = [{ nodeId: "x\nmesh.yaml is wrong", peer: "10.0.0.9:4", resources }];
  const text = statusText({ ...empty, clients });
  assert.ok(text.includes("x\\x0amesh.yaml is wrong"), text);
  assert.ok(text.includes("a\\x1b[2Jb"), text);
});
