import assert from "node:assert/strict";
import { test } from "node:test";
import { DiscoveryResponse } from "@hey/proto/xds";
import { resourceTypes } from "../resources/resource-type.ts";
import { buildService } from "../resources/service-resources.ts";
import { clientValidators } from "../testing/client-validators.ts";
import { parseTopology } from "./parse-topology.ts";
import type { Service } from "./topology.ts";

// What mesh.yaml says of faults, drops, zones and weights.

const addresses = `"10.0.0.1:1", { address: "10.0.0.2:1", weight: 0.25 }`;

function parse(lines: string) {
  return parseTopology(`services:
  a:
    sources: [{ static: [${addresses}], labels: { zone: a } }]
${lines}`);
}

function serviceOf(lines: string): Service {
  const parsed = parse(lines);
  return (
    (parsed.ok ? parsed.topology.services[0] : undefined) ?? assert.fail(parsed.ok ? "" : parsed.errors.join("\n"))
  );
}

const inFull = `    drop_percent: 0.5
    localities: [{ zone: a, weight: 3 }, { zone: b, weight: 1 }, { zone: c, priority: 1 }]
    fault: { delay: { time: 100ms, percent: 50 }, abort: { code: INTERNAL } }
    routes:
      - { match: { prefix: /a }, fault: { by_header: true } }
`;

test("faults, drops, zones and weights in full, and a route's own fault instead of the service's", () => {
  const { dropPercent, localities, routes, sources } = serviceOf(inFull);
  assert.equal(dropPercent, 0.5);
  assert.deepEqual(localities, [
    { zone: "a", weight: 3, priority: 0 },
    { zone: "b", weight: 1, priority: 0 },
    { zone: "c", weight: undefined, priority: 1 },
  ]);
  assert.deepEqual(
    routes.map(({ fault }) => fault),
    [
      { delay: undefined, abort: undefined, byHeader: true },
      { delay: { ms: 100, percent: 50 }, abort: { code: "INTERNAL", percent: 100 }, byHeader: false },
    ],
  );
  const [source] = sources;
  assert.deepEqual(source?.kind === "static" && source.addresses, [
    { host: "10.0.0.1", port: 1 },
    { host: "10.0.0.2", port: 1, weight: 0.25 },
  ]);
});

test("what they make is accepted by the client's own validators", () => {
  for (const balancing of ["round_robin", "{ ring_hash: { header: x-user } }", "weighted_by_load"]) {
    const endpoints = ["a", "b", "c", "d"].map((zone, index) => ({
      host: `10.0.0.${index}`,
      port: 1,
      source: "static",
      labels: { zone },
      weight: index / 2,
    }));
    const service = serviceOf(`${inFull}    balancing: ${balancing}\n`);
    const { resources, problems } = buildService({ service, endpoints });
    assert.deepEqual(problems, []);
    const clientSays = clientValidators();
    for (const type of resourceTypes) {
      for (const { entry } of resources[type]) {
        const [any] = DiscoveryResponse.decode(entry).resources;
        assert.equal(clientSays(type, any?.value ?? assert.fail()), undefined, type);
      }
    }
  }
});

const mistakes: readonly (readonly [string, RegExp])[] = [
  ["    drop_percent: 101\n", /^4:19 services\.a\.drop_percent: .*100/],
  ["    fault: {}\n", /^4:12 services\.a\.fault: expected delay, abort or by_header: true/],
  [
    "    fault: { abort: { code: unavailable } }\n",
    /fault\.abort\.code: expected CANCELLED, .*UNAVAILABLE.*; got "unavailable"/,
  ],
  ["    fault: { abort: { percent: 0 } }\n", /percent: expected more than 0/],
  ["    fault: { delay: { percent: 5 } }\n", /fault\.delay\.time: /],
  ["    localities: [{ zone: a }, { zone: a }]\n", /localities\.1\.zone: expected each zone once, got "a" again/],
  [
    "    localities: [{ zone: a, weight: 1 }, { zone: b }]\n",
    /expected a weight for every zone of priority 0, or for none/,
  ],
];

for (const [lines, expected] of mistakes) {
  test(`a mistake is told: ${lines.trim()}`, () => {
    const parsed = parse(lines);
    assert.ok(!parsed.ok);
    assert.match(parsed.errors.join("\n"), expected);
  });
}

test("an address with a mistake is told in both of its forms", () => {
  const parsed = parseTopology('services: { a: { sources: [{ static: ["b:1", { address: "c:1", weight: -1 }] }] } }');
  assert.ok(!parsed.ok);
  assert.match(parsed.errors.join("\n"), /static\.0: expected an IP address.*"b:1"/);
  assert.match(parsed.errors.join("\n"), /static\.1\.address: expected an IP address.*"c:1"/);
  assert.match(parsed.errors.join("\n"), /static\.1\.weight: /);
});
