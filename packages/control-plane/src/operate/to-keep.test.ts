import assert from "node:assert/strict";
import { test } from "node:test";
import { parse, stringify } from "yaml";
import type { MeshState } from "../resources/snapshot.ts";
import { parseTopology } from "../topology/parse-topology.ts";
import type { Topology } from "../topology/topology.ts";
import { type Change, changeOverrides } from "./change-overrides.ts";
import { applyOverrides, noOverrides, type Overrides } from "./overrides.ts";
import { toKeep } from "./to-keep.ts";

const file = `services:
  plain:
    sources: [{ static: ["10.0.0.1:1", { address: "10.0.0.2:1", weight: 0 }], labels: { version: "1.0" } }, { dns: x, port: 7 }]
  rich:
    drop_percent: 20
    retries: { backoff: 1.5ms }
    fault: { delay: { time: 1s, percent: 0.5 }, by_header: true }
    routes:
      - match: { path: /a/b, headers: { x-a: { present: false }, x-b: { exact: "true" }, x-c: { regex: 'a|\\.b' } } }
        to: { version: "2", zone: a b }
        timeout: 2m
        fault: { abort: {} }
      - { match: { regex: "/[a-z]+.*" }, split: [{ to: {}, weight: 0 }, { to: { version: "null" }, weight: 3 }] }
      - { timeout: 1s }
    sources:
      - { static: ["[::1]:7"], labels: { version: "null" } }
      - { kubernetes: { service: b, namespace: c, port: grpc } }
  own:
    routes: [{ fault: { abort: { code: ABORTED } } }]
    sources: [{ static: ["10.0.0.1:1"] }]
`;

function topologyOf(text: string): Topology {
  const parsed = parseTopology(text);
  return parsed.ok ? parsed.topology : assert.fail(`${parsed.errors.join("\n")}\n${text}`);
}

const at = (host: string, port: number, version: string) => ({ host, port, source: "", labels: { version } });
const state: MeshState = {
  topology: topologyOf(file),
  endpoints: new Map([
    ["plain", [at("10.0.0.1", 1, "1.0"), at("10.0.0.2", 1, "1.0"), at("10.0.0.9", 7, "1.0")]],
    ["rich", [at("::1", 7, "null"), at("10.1.0.1", 7, "2")]],
    ["own", [at("10.0.0.1", 1, "1.0"), at("10.0.0.8", 7, "1.0")]],
  ]),
};

function after(...changes: readonly Change[]): Overrides {
  return changes.reduce((overrides, change) => {
    const changed = changeOverrides(overrides, change, state);
    return changed.ok ? changed.overrides : assert.fail(changed.problem);
  }, noOverrides);
}

/** The file once somebody has done what the text says: settings in place of their like, and others taken out. */
function edited(text: string): string {
  const whole = parse(file);
  for (const [name, settings] of Object.entries(parse(text)?.services ?? {})) {
    whole.services[name] = { ...whole.services[name], ...(settings ?? {}) };
  }
  let service = "";
  for (const line of text.split("\n")) {
    service = /^ {2}(\w+):$/.exec(line)?.[1] ?? service;
    const gone = /^ {4}# take out: (\w+)$/.exec(line)?.[1];
    if (gone !== undefined) delete whole.services[service][gone];
  }
  return stringify(whole);
}

/** With what means the same written the same: the weight of all calls, and a fault that is none. */
function meant({ services }: Topology) {
  return services.map((service) => ({
    ...service,
    routes: service.routes.map(({ targets, fault, ...rest }) => ({
      ...rest,
      targets: targets.length > 1 ? targets : targets.map(({ labels }) => ({ labels, weight: 1 })),
      fault: fault?.abort === undefined && fault?.delay === undefined && !fault?.byHeader ? undefined : fault,
    })),
  }));
}

const force = false;
const split = (service: string, ...shares: readonly [string, number][]): Change => ({
  kind: "split",
  service,
  targets: shares.map(([version, weight]) => ({ labels: { version }, weight })),
  force,
});
const abort = { delay: undefined, abort: { code: "ABORTED", percent: 30 }, byHeader: false } as const;
const delay = { delay: { ms: 1.5, percent: 0.25 }, abort: undefined, byHeader: true } as const;
const none = { delay: undefined, abort: undefined, byHeader: false } as const;

const kept: readonly (readonly [string, ...Change[]])[] = [
  ["a split to a version that looks like a number", split("plain", ["1.0", 90])],
  ["a split of what other routes leave", split("rich", ["2", 90], ["null", 10])],
  ["a fault", { kind: "fault", service: "plain", fault: abort }],
  ["a fault in place of others", { kind: "fault", service: "rich", fault: delay }],
  ["a fault in place of a route's own", { kind: "fault", service: "own", fault: abort }],
  ["no fault where there is none", { kind: "fault", service: "plain", fault: none }],
  ["no fault where there are some", { kind: "fault", service: "rich", fault: none }],
  ["drops", { kind: "drops", service: "plain", percent: 0.5 }],
  ["other drops", { kind: "drops", service: "rich", percent: 30 }],
  ["no drops where there are some", { kind: "drops", service: "rich", percent: 0 }],
  ["a pause", { kind: "pause", service: "plain", paused: true }],
  ["a pause of what has routes and faults", { kind: "pause", service: "rich", paused: true }],
  [
    "all of it together",
    split("rich", ["2", 1], ["null", 1]),
    { kind: "fault", service: "rich", fault: abort },
    { kind: "drops", service: "rich", percent: 7 },
  ],
];

for (const [name, ...changes] of kept) {
  test(`written into mesh.yaml it says what is in force: ${name}`, () => {
    const overrides = after(...changes);
    const change = changes.at(-1) ?? assert.fail();
    const text = toKeep({ change, overrides, topology: state.topology });
    assert.deepEqual(meant(topologyOf(edited(text))), meant(applyOverrides(state, overrides).topology), text);
  });
}

const addressesOf = ({ services }: Topology, name: string) =>
  services
    .find((service) => service.name === name)
    ?.sources.flatMap((source) => (source.kind === "static" ? source.addresses : []));

for (const [name, address, weight, expected] of [
  [
    "a drain, in each service that has the address",
    "10.0.0.1:1",
    0,
    {
      plain: [
        { host: "10.0.0.1", port: 1, weight: 0 },
        { host: "10.0.0.2", port: 1, weight: 0 },
      ],
      own: [{ host: "10.0.0.1", port: 1, weight: 0 }],
    },
  ],
  ["an address of IPv6", "[::1]:7", 0.5, { rich: [{ host: "::1", port: 7, weight: 0.5 }] }],
  [
    "what mesh.yaml has drained, taken back",
    "10.0.0.2:1",
    1,
    {
      plain: [
        { host: "10.0.0.1", port: 1 },
        { host: "10.0.0.2", port: 1 },
      ],
    },
  ],
] as const) {
  test(`written into mesh.yaml it says what is in force: ${name}`, () => {
    const change = { kind: "weight", address, weight, force: false } as const;
    const text = toKeep({ change, overrides: noOverrides, topology: state.topology });
    const topology = topologyOf(edited(text));
    for (const [service, addresses] of Object.entries(expected)) {
      assert.deepEqual(addressesOf(topology, service), addresses, text);
    }
    const others = (all: Topology) => all.services.map(({ sources, ...rest }) => [rest, sources.slice(1)]);
    assert.deepEqual(others(topology), others(state.topology));
  });
}

test("nothing is to be written where mesh.yaml says it already, and what it cannot say is said", () => {
  const { topology } = state;
  const weight = (address: string, to: number) =>
    toKeep({ change: { kind: "weight", address, weight: to, force: false }, overrides: noOverrides, topology });
  assert.equal(weight("10.0.0.1:1", 1), "");
  assert.equal(weight("10.0.0.2:1", 0), "");
  assert.equal(weight("10.0.0.9:7", 1), "");
  assert.match(weight("10.0.0.9:7", 0), /^# mesh\.yaml can say it of addresses under static: alone/);
  assert.equal(toKeep({ change: { kind: "reset", service: "plain" }, overrides: noOverrides, topology }), "");
});

test("it is short, and in the form of the README", () => {
  const overrides = after(split("plain", ["1.0", 90]));
  assert.equal(
    toKeep({ change: split("plain", ["1.0", 90]), overrides, topology: state.topology }),
    'services:\n  plain:\n    routes:\n      - { to: { version: "1.0" } }',
  );
});
