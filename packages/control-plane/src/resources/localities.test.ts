import assert from "node:assert/strict";
import { test } from "node:test";
import type { LocalityRule } from "../topology/topology.ts";
import { type Called, groupByLocality } from "./localities.ts";

function at(port: number, zone: string, weight?: number): Called {
  return { host: "10.0.0.1", port, labels: { zone }, ...(weight !== undefined && { weight }) };
}

function rule(zone: string, weight: number | undefined, priority = 0): LocalityRule {
  return { zone, weight, priority };
}

/** Groups in one line each: zone/subzone@priority=weight[ports, with their own weights where they have some]. */
function lines(endpoints: readonly Called[], rules: readonly LocalityRule[] = [], byEndpoint = false): string[] {
  return groupByLocality(endpoints, { rules, byEndpoint }).map(({ zone, subZone, priority, weight, members }) => {
    const ports = members.map(({ endpoint, weight: own }) => `${endpoint.port}${own === undefined ? "" : `:${own}`}`);
    return `${zone}/${subZone}@${priority}=${weight}[${ports.join()}]`;
  });
}

const cases: readonly (readonly [string, readonly string[], readonly string[]])[] = [
  ["without rules zones do not matter", lines([at(1, "a"), at(2, "b")]), ["/@0=200[1,2]"]],
  [
    "an endpoint with a weight of its own is a group by itself",
    lines([at(1, "a"), at(2, "a"), at(3, "a", 0.5)]),
    ["/@0=200[1,2]", "/10.0.0.1:3@0=50[3]"],
  ],
  ["a drained endpoint is left out", lines([at(1, "a"), at(2, "a", 0)]), ["/@0=100[1]"]],
  ["where every endpoint is drained there is none", lines([at(1, "a", 0)]), []],
  [
    "in ring hash an endpoint keeps its own weight within the one group",
    lines([at(1, "a"), at(2, "a", 0.5)], [], true),
    ["/@0=1[1:100,2:50]"],
  ],
  [
    "zones share the calls by their weights, however many endpoints they have",
    lines([at(1, "a"), at(2, "a"), at(3, "b")], [rule("a", 3), rule("b", 1)]),
    ["a/@0=30000[1,2]", "b/@0=10000[3]"],
  ],
  [
    "a zone's weight is shared out among its groups",
    lines([at(1, "a"), at(2, "a", 3), at(3, "b")], [rule("a", 8), rule("b", 2)]),
    ["a/@0=20000[1]", "a/10.0.0.1:2@0=60000[2]", "b/@0=20000[3]"],
  ],
  [
    "in ring hash zones share the calls by their weights through those of their endpoints",
    lines([at(1, "a"), at(2, "a"), at(3, "b")], [rule("a", 3), rule("b", 1)], true),
    ["/@0=1[1:15000,2:15000,3:10000]"],
  ],
  ["a zone of weight 0 is left out", lines([at(1, "a"), at(2, "b")], [rule("a", 0), rule("b", 1)]), ["b/@0=10000[2]"]],
  [
    "priorities are kept, and an unnamed zone comes last",
    lines([at(1, "a"), at(2, "b"), at(3, "c")], [rule("a", undefined, 0), rule("b", undefined, 1)]),
    ["a/@0=100[1]", "b/@1=100[2]", "c/@2=100[3]"],
  ],
  [
    "when the first zone has no endpoints the next moves up",
    lines([at(2, "b"), at(3, "c")], [rule("a", undefined, 0), rule("b", undefined, 4), rule("c", undefined, 9)]),
    ["b/@0=100[2]", "c/@1=100[3]"],
  ],
  ["the smallest weight is still one", lines([at(1, "a"), at(2, "a", 0.0001)]), ["/@0=100[1]", "/10.0.0.1:2@0=1[2]"]],
  [
    "where clients would refuse the sum of the weights they are smaller, in the same proportion",
    lines(
      Array.from("abcdefghijk", (zone, index) => at(index, zone, 1_000)),
      Array.from("abcdefghijk", (zone, index) => rule(zone, index === 0 ? 10_000 : 100_000)),
    ),
    Array.from(
      "abcdefghijk",
      (zone, index) => `${zone}/10.0.0.1:${index}@0=${index === 0 ? 21262214 : 212622143}[${index}]`,
    ),
  ],
];

for (const [name, is, expected] of cases) test(name, () => assert.deepEqual(is, expected));
