import assert from "node:assert/strict";
import { test } from "node:test";
import { Cluster, ClusterLoadAssignment, DiscoveryResponse, RouteConfiguration } from "@hey/proto/xds";
import { resourceTypes } from "../resources/resource-type.ts";
import { buildService } from "../resources/service-resources.ts";
import { clientValidators } from "../testing/client-validators.ts";
import { parseTopology } from "./parse-topology.ts";
import { everyCall } from "./route-schema.ts";
import type { Service } from "./topology.ts";

function parseRoutes(routes: string, more = "") {
  return parseTopology(`services:\n  a:\n    sources: [{ static: [] }]${more}\n    routes:\n${routes}`);
}

function serviceOf(routes: string, more = ""): Service {
  const parsed = parseRoutes(routes, more);
  return (
    (parsed.ok ? parsed.topology.services[0] : undefined) ?? assert.fail(parsed.ok ? "" : parsed.errors.join("\n"))
  );
}

const inFull = `
      - match:
          path: /heyhow.v1.HeyHowService/Say
          headers: { x-a: { exact: "1" }, x-b: { prefix: b }, x-c: { regex: "c+" }, x-d: { present: false } }
        to: { version: v2, zone: b }
        timeout: 1.5s
        retries: { attempts: 2 }
      - match: { regex: "/heyhow[.].*" }
      - split: [{ to: { version: v1 }, weight: 90 }, { to: { version: v2 }, weight: 10 }]
`;

test("routes in full", () => {
  const every = { labels: {}, weight: 1 };
  assert.deepEqual(serviceOf(inFull, "\n    retries: {}").routes, [
    {
      match: {
        path: { kind: "exact", value: "/heyhow.v1.HeyHowService/Say" },
        headers: [
          { name: "x-a", kind: "exact", value: "1" },
          { name: "x-b", kind: "prefix", value: "b" },
          { name: "x-c", kind: "regex", value: "c+" },
          { name: "x-d", kind: "present", value: "false" },
        ],
      },
      targets: [{ labels: { version: "v2", zone: "b" }, weight: 1 }],
      retries: { codes: ["unavailable"], attempts: 2, backoffMs: 50 },
      timeoutMs: 1_500,
      fault: undefined,
    },
    {
      match: { path: { kind: "regex", value: "/heyhow[.].*" }, headers: [] },
      targets: [every],
      retries: { codes: ["unavailable"], attempts: 3, backoffMs: 50 },
      timeoutMs: undefined,
      fault: undefined,
    },
    {
      match: everyCall,
      targets: [
        { labels: { version: "v1" }, weight: 90 },
        { labels: { version: "v2" }, weight: 10 },
      ],
      retries: { codes: ["unavailable"], attempts: 3, backoffMs: 50 },
      timeoutMs: undefined,
      fault: undefined,
    },
  ]);
});

test("calls that no route matches go to every endpoint", () => {
  const { routes } = serviceOf("      - { match: { prefix: /x }, to: { version: v2 } }\n");
  assert.equal(routes.length, 2);
  assert.deepEqual(routes[1], {
    match: everyCall,
    targets: [{ labels: {}, weight: 1 }],
    retries: undefined,
    timeoutMs: undefined,
    fault: undefined,
  });
});

for (const match of ["{}", "{ prefix: / }", '{ prefix: "" }', "{ prefix: /, headers: {} }"]) {
  test(`a last route that matches ${match} takes every call, and none is added behind it`, () => {
    const { routes } = serviceOf(`      - { match: ${match}, to: { version: v2 } }\n`);
    assert.deepEqual(routes, [{ ...routes[0], match: everyCall }]);
  });
}

test("each set of labels is a cluster with the endpoints that have them, and the client accepts it all", () => {
  const at = (host: string, version: string) => ({ host, port: 1, source: "static", labels: { version, zone: "b" } });
  const endpoints = [at("10.0.0.1", "v1"), at("10.0.0.2", "v1"), at("10.0.0.3", "v2")];
  const { resources, problems } = buildService({ service: serviceOf(inFull), endpoints });
  assert.deepEqual(problems, []);
  const names = ["a/version=v2/zone=b", "a", "a/version=v1", "a/version=v2"];
  assert.deepEqual(
    resources.CDS.map(({ name }) => name),
    names,
  );
  assert.deepEqual(
    resources.EDS.map(({ name }) => name),
    names,
  );
  const clientSays = clientValidators();
  for (const type of resourceTypes) {
    for (const { message } of resources[type].map(decodeEntry)) assert.equal(clientSays(type, message), undefined);
  }
  const sizes = resources.EDS.map(decodeEntry).map(
    ({ message }) => ClusterLoadAssignment.decode(message).endpoints[0]?.lbEndpoints.length,
  );
  assert.deepEqual(sizes, [1, 3, 2, 1]);
  assert.equal(Cluster.decode(resources.CDS.map(decodeEntry)[0]?.message ?? assert.fail()).name, names[0]);
  const routes = RouteConfiguration.decode(resources.RDS.map(decodeEntry)[0]?.message ?? assert.fail());
  const [first] = routes.virtualHosts[0]?.routes ?? [];
  assert.deepEqual(first?.action?.value.maxStreamDuration?.maxStreamDuration, { seconds: 1n, nanos: 500_000_000 });
});

const wrong: readonly (readonly [name: string, routes: string, error: RegExp])[] = [
  ["to and split", "      - { to: {}, split: [{ to: {}, weight: 1 }] }", /^5:9 .*at most one of to and split/],
  ["a split of nothing", "      - { split: [] }", /^5:18 .*at least one target with/],
  ["weights of zero", "      - { split: [{ to: {}, weight: 0 }] }", /^5:18 .*weight above 0/],
  ["a negative weight", "      - { split: [{ to: {}, weight: 1 }, { to: { v: a }, weight: -1 }] }", /^5:66 .*>=0/],
  ["two paths", "      - { match: { path: /a, prefix: /b } }", /^5:18 .*at most one of path, prefix and regex/],
  [
    "a header of two kinds",
    "      - { match: { headers: { x: { exact: a, prefix: b } } } }",
    /^5:34 .*exactly one of exact/,
  ],
  ["a header in capitals", "      - { match: { headers: { X: { exact: a } } } }", /^5:31 .*small letters/],
  ["a path without its slash", "      - { match: { path: Say } }", /^5:26 .*begins with \/.*; got "Say"$/],
  ["a beginning without its slash", "      - { match: { prefix: heyhow.v1. } }", /^5:28 .*begins with \//],
  ...["x-bin", "grpc-timeout", "user-agent"].map(
    (name) =>
      [
        `a header that clients hide: ${name}`,
        `      - { match: { headers: { ${name}: { present: true } } } }`,
        /^5:31 .*none that clients hide/,
      ] as const,
  ),
  [
    "a split that names one set of labels twice",
    "      - { split: [{ to: { a: b, c: d }, weight: 1 }, { to: { c: d, a: b }, weight: 2 }] }",
    /^5:18 .*each set of labels once/,
  ],
  [
    "a route that no call reaches",
    "      - { match: { prefix: / }, to: { v: a } }\n      - { to: { v: b } }",
    /^6:9 .*routes\.1: expected no route behind one that takes every call; got a map$/,
  ],
  ["no regular expression", '      - { match: { regex: "(" } }', /^5:27 .*RE2/],
  ["looking ahead, which RE2 has not", '      - { match: { regex: "a(?=b)" } }', /^5:27 .*RE2/],
  [
    "a timeout without a unit",
    "      - { timeout: 5 }",
    /^5:20 .*expected a duration such as 50ms, 1\.5s or 2m; got 5$/,
  ],
];

for (const [name, routes, error] of wrong) {
  test(`refused with its place: ${name}`, () => {
    const parsed = parseRoutes(routes);
    const errors = parsed.ok ? [] : parsed.errors;
    assert.equal(errors.length, 1, errors.join("\n"));
    assert.match(errors[0] ?? "", error);
  });
}

function decodeEntry({ entry }: { readonly entry: Uint8Array }): { readonly message: Uint8Array } {
  return { message: DiscoveryResponse.decode(entry).resources[0]?.value ?? assert.fail() };
}
