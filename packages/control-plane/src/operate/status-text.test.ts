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
  calls: [],
  moreClients: 0,
  moreCallers: 0,
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
    { name: "heyhow", balancing: "round_robin", endpoints, panic: true, unknown: false },
    { name: "other", balancing: "round_robin", endpoints: [], panic: false, unknown: false },
    { name: "away", balancing: "round_robin", endpoints: [], panic: false, unknown: true },
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
      calls: [],
      moreClients: 0,
      moreCallers: 0,
    }),
    `snapshot 838a

service heyhow, round_robin
  PANIC: every endpoint fails its health check, and those that were good a moment ago are called
  endpoint        health               found by    labels
  10.0.0.1:9999   healthy              dns:server  version=v1 zone=a
  10.0.0.3:9999   healthy, drained     dns:server
  10.0.0.4:9999   healthy, weight 0.5  static
  10.0.0.20:9999  unhealthy            static

service other, round_robin
  no endpoints: every call fails at once

service away, round_robin
  not known yet what its endpoints are: clients go on with what they know

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

test("the calls that clients report: by cluster and zone, with what is not shown", () => {
  const locality = (zone: string, subZone: string, succeeded: bigint) => ({
    zone,
    subZone,
    succeeded,
    failed: 3n,
    inFlight: 1n,
  });
  const calls = [
    {
      nodeId: "client",
      peer: "10.0.0.9:4",
      clusters: [
        { cluster: "heyhow", dropped: 7n, localities: [locality("a", "", 9_007n), locality("b", "10.0.0.1:9999", 1n)] },
        { cluster: "other", dropped: 2n, localities: [] },
        { cluster: "plain", dropped: 0n, localities: [locality("", "", 4n)] },
      ],
      moreLocalities: 12,
      leftOut: 5n,
    },
    { nodeId: "quiet", peer: "10.0.0.8:4", clusters: [], moreLocalities: 0, leftOut: 0n },
    { nodeId: "\x1b[2J", peer: "10.0.0.7:4", clusters: [], moreLocalities: 0, leftOut: 1n },
  ];
  assert.equal(
    statusText({ ...empty, calls })
      .split("\n\n")
      .at(-1),
    `calls that clients report, since they began to
  node     peer        cluster         zone             ok    failed  in flight  dropped
  client   10.0.0.9:4  heyhow          a                9007  3       1          7
                                       b/10.0.0.1:9999  1     3       1
                       other           -                0     0       0          2
                       plain           -                4     3       1          0
                       and 12 more
                       and 5 left out
  \\x1b[2J  10.0.0.7:4  and 1 left out`,
  );
});

test("how many clients, and clients that report their calls, are not shown", () => {
  const clients = [{ nodeId: "x", peer: "10.0.0.9:4", resources: [resource({})] }];
  const calls = [{ nodeId: "x", peer: "10.0.0.9:4", clusters: [], moreLocalities: 0, leftOut: 1n }];
  const text = statusText({ ...empty, clients, calls, moreClients: 1_500, moreCallers: 12 });
  assert.deepEqual(
    text.split("\n").filter((line) => /^ {2}and \d+ more$/.test(line)),
    ["  and 1500 more", "  and 12 more"],
  );
});

test("two hundred thousand endpoints are so many lines", () => {
  const endpoint = { address: "10.0.0.1:1", health: EndpointHealth.HEALTHY, source: "static", labels: {}, weight: 1 };
  const endpoints = Array.from({ length: 200_000 }, () => endpoint);
  const services = [{ name: "a", balancing: "round_robin", endpoints, panic: false, unknown: false }];
  const lines = statusText({ ...empty, services }).split("\n");
  assert.equal(lines.filter((line) => line.includes("10.0.0.1:1")).length, 200_000);
});
