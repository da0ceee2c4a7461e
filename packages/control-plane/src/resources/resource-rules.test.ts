import assert from "node:assert/strict";
import { test } from "node:test";
import { Cluster, ClusterLoadAssignment, Listener, RouteConfiguration, RouteMatch } from "@hey/proto/xds";
import {
  amongLocalities,
  assignment,
  cluster,
  emptyLocality,
  faultFilter,
  good,
  listener,
  listOf,
  managerOf,
  onlyByLoad,
  twice,
  withHost,
  withLocalities,
  withManager,
  withPolicies,
  withRetries,
  withRoute,
  withWeights,
} from "../testing/changed-resources.ts";
import { clientValidators } from "../testing/client-validators.ts";
import { plainCluster } from "../testing/test-service.ts";
import { buildCluster } from "./cluster.ts";
import { buildAssignment } from "./endpoint.ts";
import { checkResources, type Messages } from "./resource-rules.ts";

const clientSays = clientValidators();

function verdicts({ listeners, routes, clusters, assignments }: Messages): string[] {
  return [
    ...listeners.map((each) => clientSays("LDS", Listener.encode(each).finish())),
    ...routes.map((each) => clientSays("RDS", RouteConfiguration.encode(each).finish())),
    ...clusters.map((each) => clientSays("CDS", Cluster.encode(each).finish())),
    ...assignments.map((each) => clientSays("EDS", ClusterLoadAssignment.encode(each).finish())),
  ].filter((error) => error !== undefined);
}

test("what the builders make passes our rules and the client's", () => {
  assert.deepEqual(checkResources(good), []);
  assert.deepEqual(verdicts(good), []);
});

test("balancing by load passes our rules and those of a client that cannot weigh by load", () => {
  const byLoad = {
    ...good,
    clusters: [buildCluster("a", { ...plainCluster, balancing: { kind: "weighted_by_load", reportEveryMs: 1_000 } })],
  };
  assert.deepEqual(checkResources(byLoad), []);
  assert.deepEqual(verdicts(byLoad), []);
});

test("an empty assignment passes our rules and the client's", () => {
  const empty = { ...good, assignments: [buildAssignment("a", [], plainCluster)] };
  assert.deepEqual(checkResources(empty), []);
  assert.deepEqual(verdicts(empty), []);
});

const refused: readonly (readonly [name: string, changed: Partial<Messages>, ours: RegExp])[] = [
  ["a listener of nothing", { listeners: [{ ...listener, apiListener: undefined }] }, /no HttpConnectionManager/],
  [
    "a listener without a router",
    { listeners: [withManager({ httpFilters: [faultFilter()] })] },
    /router as its last filter/,
  ],
  [
    "two filters of one name",
    { listeners: [withManager({ httpFilters: twice(managerOf().httpFilters) })] },
    /one name/,
  ],
  ["a listener without routes", { listeners: [withManager({ routeSpecifier: undefined })] }, /where its routes come/],
  ["a domain with a * in it", { routes: [withHost({ domains: ["a*b"] })] }, /domain "a\*b"/],
  ["a domain with two *", { routes: [withHost({ domains: ["*a*"] })] }, /domain "\*a\*"/],
  [
    "a route that matches no path",
    { routes: [withRoute({ match: { pathSpecifier: undefined, headers: [], runtimeFraction: undefined } })] },
    /matches no path/,
  ],
  ["a route that leads nowhere", { routes: [withRoute({ action: undefined })] }, /leads nowhere/],
  ["weights of zero", { routes: [withWeights(0, 0)] }, /add up to 0/],
  ["weights beyond 32 bits", { routes: [withWeights(2 ** 32 - 1, 1)] }, /add up to 4294967296/],
  ["no retry at all", { routes: [withRetries({ numRetries: 0 })] }, /less than once/],
  [
    "a back-off of nothing",
    { routes: [withRetries({ retryBackOff: { baseInterval: { seconds: 0n, nanos: 999 }, maxInterval: undefined } })] },
    /below 1 ms/,
  ],
  [
    "a back-off beyond its longest",
    {
      routes: [
        withRetries({
          retryBackOff: { baseInterval: { seconds: 2n, nanos: 0 }, maxInterval: { seconds: 1n, nanos: 0 } },
        }),
      ],
    },
    /longer than its longest/,
  ],
  [
    "a cluster that is not of EDS",
    { clusters: [{ ...cluster, clusterDiscoveryType: { $case: "type", value: 0 } }] },
    /type EDS/,
  ],
  [
    "a cluster without a source",
    { clusters: [{ ...cluster, edsClusterConfig: { edsConfig: undefined, serviceName: "a" } }] },
    /where its endpoints come/,
  ],
  ["a policy that gRPC lacks", { clusters: [{ ...cluster, lbPolicy: 3 }] }, /policy that gRPC lacks: 3/],
  [
    "no policy but one that not every client knows",
    { clusters: [withPolicies(onlyByLoad)] },
    /no balancing policy that every gRPC client knows/,
  ],
  [
    "the same within localities",
    { clusters: [withPolicies(amongLocalities({ endpointPickingPolicy: { policies: listOf(onlyByLoad) } }))] },
    /no balancing policy that every gRPC client knows/,
  ],
  [
    "a policy among localities alone",
    { clusters: [withPolicies(amongLocalities({ endpointPickingPolicy: undefined }))] },
    /without one within them/,
  ],
  [
    "reports to nobody known",
    { clusters: [{ ...cluster, lrsServer: { configSourceSpecifier: undefined, resourceApiVersion: 2 } }] },
    /reported to another server/,
  ],
  [
    "101 percent",
    { clusters: [Cluster.fromPartial({ ...cluster, outlierDetection: { maxEjectionPercent: 101 } })] },
    /above 100/,
  ],
  [
    "a name for an address",
    { assignments: [buildAssignment("a", [{ host: "localhost", port: 1 }], plainCluster)] },
    /"localhost" is no IP/,
  ],
  [
    "an address twice",
    { assignments: [withLocalities({ times: 2, zones: ["a", "b"] })] },
    /address 10\.0\.0\.1 1 twice/,
  ],
  ["a locality twice", { assignments: [withLocalities({ times: 1, zones: ["a", "a"] })] }, /locality .* twice/],
  [
    "endpoints without a locality",
    {
      assignments: [
        { ...assignment, endpoints: assignment.endpoints.map((each) => ({ ...each, locality: undefined })) },
      ],
    },
    /without a locality/,
  ],
  [
    "a gap in the priorities",
    { assignments: [{ ...assignment, endpoints: assignment.endpoints.map((each) => ({ ...each, priority: 1 })) }] },
    /priority 1 and no 0/,
  ],
  [
    "localities whose weights are too much",
    {
      assignments: [
        {
          ...assignment,
          endpoints: [...assignment.endpoints, { ...emptyLocality("z"), loadBalancingWeight: 2 ** 32 - 1 }],
        },
      ],
    },
    /weights add up/,
  ],
];

for (const [name, changed, ours] of refused) {
  const rule = "assignments" in changed ? "rule 13" : "rule 14";
  test(`${rule}: refused by our rules and by the client's: ${name}`, () => {
    const messages = { ...good, ...changed };
    assert.match(checkResources(messages).join("\n"), ours);
    assert.equal(verdicts(messages).length, 1, "the client would have accepted it");
  });
}

for (const [name, match] of [
  ["of a path", { pathSpecifier: { $case: "safeRegex", value: { regex: "[^]" } } }],
  [
    "of a header",
    {
      pathSpecifier: { $case: "prefix", value: "" },
      headers: [
        {
          name: "x-a",
          headerMatchSpecifier: {
            $case: "stringMatch",
            value: { matchPattern: { $case: "safeRegex", value: { regex: "\\p{Letter}+" } } },
          },
        },
      ],
    },
  ],
] as const) {
  test(`rule 14: refused by our rules, since the client takes it and ends: a regular expression ${name} that RE2 lacks`, () => {
    const messages = { ...good, routes: [withRoute({ match: RouteMatch.fromPartial(match) })] };
    assert.match(checkResources(messages).join("\n"), /^RDS .* has a regular expression that RE2 lacks: /);
    assert.deepEqual(verdicts(messages), []);
  });
}

const inconsistent: readonly (readonly [name: string, changed: Partial<Messages>, ours: readonly string[]])[] = [
  [
    "a listener without its routes",
    { routes: [] },
    ["RDS a is referred to and is not there", "CDS a is there and nothing refers to it"],
  ],
  ["routes without their listener", { listeners: [] }, ["RDS a is there and nothing refers to it"]],
  [
    "routes without their cluster",
    { clusters: [] },
    ["CDS a is referred to and is not there", "EDS a is there and nothing refers to it"],
  ],
  ["a cluster without its endpoints", { assignments: [] }, ["EDS a is referred to and is not there"]],
  [
    "endpoints without their cluster",
    { assignments: [assignment, buildAssignment("b", [], plainCluster)] },
    ["EDS b is there and nothing refers to it"],
  ],
  ["two clusters of one name", { clusters: [cluster, cluster] }, ["CDS a is there twice"]],
];

for (const [name, changed, ours] of inconsistent) {
  test(`rule 14: refused because resources do not fit together: ${name}`, () => {
    assert.deepEqual(checkResources({ ...good, ...changed }), ours);
  });
}
