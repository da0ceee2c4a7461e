import assert from "node:assert/strict";
import { test } from "node:test";
import {
  kubernetesService,
  kubernetesSlice,
  notReady,
  ready,
  sliceEndpoint,
  terminating,
} from "../testing/kubernetes-objects.ts";
import { endpointsOf } from "./endpoint-slices.ts";
import { readService, readSlice } from "./kubernetes-objects.ts";

type Spec = Parameters<typeof kubernetesService>[0];

/** What is found in slices as the API server gives them. */
function find(slices: readonly object[], wanted?: string | number, spec?: Spec) {
  const versioned = <T extends { readonly metadata: object }>(object: T) => ({
    ...object,
    metadata: { ...object.metadata, resourceVersion: "1" },
  });
  const service = readService(versioned(kubernetesService(spec))).value;
  const read = slices.map((each) => readSlice(versioned(each as { metadata: object })).value);
  return endpointsOf({ service, slices: read, pods: new Map([["p1", { app: "heyhow", version: "v1" }]]) }, wanted);
}

/** "address:port", and a "!" when it is terminating. */
function addresses({ endpoints }: ReturnType<typeof find>) {
  return endpoints?.map(({ host, port, terminating: leaves }) => `${host}:${port}${leaves ? "!" : ""}`);
}

test("ready endpoints are called, terminating ones that still serve are said to be that, others are not given", () => {
  const stopped = { ready: false, serving: false, terminating: true };
  const found = find([
    kubernetesSlice("a", [
      sliceEndpoint("10.0.0.1", ready),
      sliceEndpoint("10.0.0.2", notReady),
      sliceEndpoint("10.0.0.3", terminating),
      sliceEndpoint("10.0.0.4", stopped),
    ]),
  ]);
  assert.deepEqual(addresses(found), ["10.0.0.1:9999", "10.0.0.3:9999!"]);
});

test("an endpoint without conditions is ready, and one that is ready while it terminates is called", () => {
  const published = { ready: true, serving: true, terminating: true };
  const found = find([
    kubernetesSlice("a", [
      { addresses: ["10.0.0.1"] },
      sliceEndpoint("10.0.0.2", { ready: null, serving: null, terminating: null }),
      sliceEndpoint("10.0.0.3", published),
    ]),
  ]);
  assert.deepEqual(addresses(found), ["10.0.0.1:9999", "10.0.0.2:9999", "10.0.0.3:9999"]);
});

test("an endpoint in two slices is one, and ready if one of them says so", () => {
  const moved = [sliceEndpoint("10.0.0.1", ready), sliceEndpoint("10.0.0.2", ready)];
  const late = [sliceEndpoint("10.0.0.1", terminating)];
  for (const slices of [
    [moved, late],
    [late, moved],
  ]) {
    const found = find(slices.map((endpoints, index) => kubernetesSlice(String(index), endpoints)));
    assert.deepEqual(addresses(found), ["10.0.0.1:9999", "10.0.0.2:9999"]);
  }
});

test("a slice without endpoints and without ports is none", () => {
  const empty = { ...kubernetesSlice("a", []), endpoints: null, ports: null };
  assert.deepEqual(find([empty]), { endpoints: [], problem: undefined });
});

test("each slice has its own number for a port of the Service", () => {
  const slices = [
    kubernetesSlice("a", [sliceEndpoint("10.0.0.1")], {
      ports: [
        { name: "http", port: 1 },
        { name: "grpc", port: 2 },
      ],
    }),
    kubernetesSlice("b", [sliceEndpoint("10.0.0.2")], { ports: [{ name: "grpc", port: 3 }] }),
    kubernetesSlice("c", [sliceEndpoint("10.0.0.3")], { ports: [{ name: "http", port: 4 }] }),
  ];
  assert.deepEqual(addresses(find(slices)), ["10.0.0.1:2", "10.0.0.2:3"]);
});

const slice = kubernetesSlice("a", [sliceEndpoint("10.0.0.1")]);
const nameless = kubernetesSlice("a", [sliceEndpoint("10.0.0.1")], { ports: [{ port: 7 }] });
const two = {
  ports: [
    { name: "grpc", port: 80 },
    { name: "http", port: 81 },
  ],
};

test("a number is the Service's own number for its port", () => {
  assert.deepEqual(addresses(find([slice], 80)), ["10.0.0.1:9999"]);
  assert.deepEqual(addresses(find([nameless], 80, { ports: [{ port: 80 }] })), ["10.0.0.1:7"]);
});

test("without a port it is the Service's only one", () => {
  assert.deepEqual(addresses(find([nameless], undefined, { ports: [{ port: 80 }] })), ["10.0.0.1:7"]);
});

test("a headless Service without ports takes the number of the Pods", () => {
  assert.deepEqual(addresses(find([{ ...slice, ports: [] }], 1234, { ports: null })), ["10.0.0.1:1234"]);
});

for (const [name, wanted, spec, problem] of [
  ["another number than the Service's", 9999, undefined, "the Service has no port 9999: it has 80 (grpc)"],
  ["a name that no slice has", "http", undefined, 'no EndpointSlice has the port "http"'],
  ["none where there are two", undefined, two, "which port of the Service is not said: it has 80 (grpc), 81 (http)"],
] as const) {
  test(`a wrong port is no news, and said: ${name}`, () => {
    assert.deepEqual(find([slice], wanted, spec), { endpoints: undefined, problem });
  });
}

test("a port that is not for TCP is none", () => {
  const udp = kubernetesSlice("a", [sliceEndpoint("10.0.0.1")], {
    ports: [{ name: "grpc", port: 1, protocol: "UDP" }],
  });
  assert.equal(find([udp]).problem, 'no EndpointSlice has the port "grpc"');
});

test("a Pod with an IPv4 and an IPv6 address is one endpoint, of the Service's first kind", () => {
  const slices = [
    kubernetesSlice("v4", [sliceEndpoint("10.0.0.1", ready, "p1"), sliceEndpoint("10.0.0.2", ready, "p2")]),
    kubernetesSlice("v6", [sliceEndpoint("fd00::1", ready, "p1"), sliceEndpoint("fd00::3", ready, "p3")], {
      addressType: "IPv6",
    }),
  ];
  assert.deepEqual(addresses(find(slices)), ["10.0.0.1:9999", "10.0.0.2:9999", "fd00::3:9999"]);
  const v6First = { ipFamilies: ["IPv6", "IPv4"] };
  assert.deepEqual(addresses(find(slices, "grpc", v6First)), ["10.0.0.2:9999", "fd00::1:9999", "fd00::3:9999"]);
});

test("addresses that are names are left out: clients take none", () => {
  const names = kubernetesSlice("a", [sliceEndpoint("server.example")], { addressType: "FQDN" });
  assert.deepEqual(addresses(find([names, slice])), ["10.0.0.1:9999"]);
});

test("labels are those of the Pod, and the zone that of the endpoint", () => {
  const { endpoints } = find([
    kubernetesSlice("a", [
      sliceEndpoint("10.0.0.1", ready, "p1", "eu-1a"),
      sliceEndpoint("10.0.0.2", ready, "unknown", "eu-1b"),
      sliceEndpoint("10.0.0.3", ready),
    ]),
  ]);
  assert.deepEqual(
    endpoints?.map(({ labels }) => labels),
    [{ app: "heyhow", version: "v1", zone: "eu-1a" }, { zone: "eu-1b" }, {}],
  );
});

test("a Service that is not there has no endpoints, and it is said", () => {
  assert.deepEqual(endpointsOf({ service: undefined, slices: [], pods: new Map() }, "grpc"), {
    endpoints: [],
    problem: "there is no such Service",
  });
});

test("an object that is none is refused in words", () => {
  assert.throws(() => readSlice({ metadata: { name: "a" }, addressType: 4 }), {
    message: /^an object cannot be read: metadata\.resourceVersion: .*; addressType: /,
  });
});
