import assert from "node:assert/strict";
import { test } from "node:test";
import type { MeshState } from "../resources/snapshot.ts";
import { parseTopology } from "../topology/parse-topology.ts";
import { type Change, changeOverrides, dropStrays } from "./change-overrides.ts";
import { applyOverrides, noOverrides, type Overrides, overrideLines } from "./overrides.ts";

const parsed = parseTopology(`services:
  a:
    sources: [{ static: [] }]
    routes: [{ match: { path: /x }, to: { version: v1 } }]
  b: { sources: [{ static: [] }] }
`);
const topology = parsed.ok ? parsed.topology : assert.fail(parsed.errors.join());

function at(port: number, version: string) {
  return { host: "10.0.0.1", port, source: "static", labels: { version } };
}

const state: MeshState = {
  topology,
  endpoints: new Map([
    ["a", [at(1, "v1"), at(2, "v2")]],
    ["b", [at(3, "v1")]],
  ]),
};

function after(...changes: readonly Change[]): Overrides {
  return changes.reduce((overrides, change) => {
    const changed = changeOverrides(overrides, change, state);
    return changed.ok ? changed.overrides : assert.fail(changed.problem);
  }, noOverrides);
}

function refusal(change: Change, overrides = noOverrides): string {
  const changed = changeOverrides(overrides, change, state);
  return changed.ok ? assert.fail("it was accepted") : `${changed.reason}: ${changed.problem}`;
}

const split: Change = {
  kind: "split",
  service: "a",
  targets: [
    { labels: { version: "v1" }, weight: 90 },
    { labels: { version: "v2" }, weight: 10 },
  ],
  force: false,
};
function weigh(port: number, weight: number, force = false): Change {
  return { kind: "weight", address: `10.0.0.1:${port}`, weight, force };
}

const abort = { delay: undefined, abort: { code: "ABORTED", percent: 30 }, byHeader: false } as const;

test("a split is of the calls that no route takes, and the other routes stay", () => {
  const { topology: changed } = applyOverrides(state, after(split));
  const [a, b] = changed.services;
  assert.deepEqual(
    a?.routes.map(({ targets }) => targets.map(({ labels, weight }) => `${labels["version"]}=${weight}`)),
    [["v1=1"], ["v1=90", "v2=10"]],
  );
  assert.equal(b, topology.services[1], "what is not overridden stays the same object");
});

const noFault = { delay: undefined, abort: undefined, byHeader: false } as const;

test("a fault is on every route, and a pause is over it until it is resumed", () => {
  const faults = (overrides: Overrides) =>
    applyOverrides(state, overrides).topology.services[0]?.routes.map(({ fault }) => fault?.abort);
  const faulty: Change = { kind: "fault", service: "a", fault: abort };
  assert.deepEqual(faults(after(faulty)), [abort.abort, abort.abort]);
  const pause: Change = { kind: "pause", service: "a", paused: true };
  const everyCall = { code: "UNAVAILABLE", percent: 100 };
  assert.deepEqual(faults(after(faulty, pause)), [everyCall, everyCall]);
  assert.deepEqual(faults(after(faulty, pause, { ...pause, paused: false })), [abort.abort, abort.abort]);
});

test("weights are the endpoints', and a service without one keeps its list", () => {
  const { endpoints } = applyOverrides(state, after(split, weigh(1, 0, true)));
  assert.deepEqual(
    endpoints.get("a")?.map(({ weight }) => weight),
    [0, undefined],
  );
  assert.equal(endpoints.get("b"), state.endpoints.get("b"));
});

test("changes taken back leave nothing, and reset takes back those of one service or all", () => {
  const drain = weigh(1, 0, true);
  const drops: Change = { kind: "drops", service: "b", percent: 5 };
  const undone = after(split, { kind: "reset", service: "a" }, drain, weigh(1, 1));
  assert.deepEqual(undone, noOverrides);
  assert.deepEqual(overrideLines(after(split, drain, drops, { kind: "reset", service: "a" })), [
    "b: drops 5% of the calls",
  ]);
  assert.deepEqual(after(split, drain, drops, { kind: "reset", service: undefined }), noOverrides);
});

test("what is in force is said in a line each", () => {
  const overrides = after(split, { kind: "fault", service: "a", fault: abort }, weigh(2, 0.5));
  assert.deepEqual(overrideLines(overrides), [
    "a: split v1=90 v2=10",
    "a: fault abort 30% with ABORTED",
    "10.0.0.1:2: weight 0.5",
  ]);
});

test("overrides of a service that mesh.yaml no longer has are over", () => {
  const overrides = after(split);
  assert.equal(dropStrays(overrides, state), overrides);
  assert.deepEqual(dropStrays(overrides, { topology: { services: [] } }), noOverrides);
});

const refused: readonly (readonly [string, Change, string])[] = [
  ["an unknown service", { kind: "pause", service: "c", paused: true }, 'not found: no service "c"; did you mean a?'],
  [
    "an unknown endpoint",
    { kind: "weight", address: "10.9.9.9:1", weight: 0, force: false },
    'not found: no endpoint "10.9.9.9:1"; did you mean 10.0.0.1:1?',
  ],
  [
    "a split to labels that nothing has",
    { ...split, targets: [{ labels: { version: "v3" }, weight: 1 }] },
    "calls would fail: no endpoint of a that may be called is v3: its calls would fail; there are: v1, v2 (--force splits all the same)",
  ],
  [
    "draining the last endpoint",
    weigh(3, 0),
    "calls would fail: 10.0.0.1:3 is the last endpoint that takes calls to b: they would fail; pause stops a service (--force drains it all the same)",
  ],
  [
    "draining the last endpoint of a route",
    weigh(1, 0),
    "calls would fail: 10.0.0.1:1 is the last endpoint that takes calls to v1 of a: they would fail; pause stops a service (--force drains it all the same)",
  ],
];

for (const [name, change, expected] of refused) test(`refused: ${name}`, () => assert.equal(refusal(change), expected));

const toV2: Change = { ...split, targets: [{ labels: { version: "v2" }, weight: 1 }] };

test("a drain of the last endpoint that a split leads to is refused, and so is the split after the drain", () => {
  assert.match(refusal(weigh(2, 0), after(toV2)), /10\.0\.0\.1:2 is the last endpoint that takes calls to v2 of a/);
  assert.match(refusal(toV2, after(weigh(2, 0))), /no endpoint of a that may be called is v2: .*; there are: v1 /);
});

test("what fails already is no reason to refuse a change", () => {
  const forced = after({ ...split, targets: [{ labels: { version: "v3" }, weight: 1 }], force: true });
  assert.equal(changeOverrides(forced, weigh(2, 0), state).ok, true);
});

test("what says of itself that calls fail is done", () => {
  after(
    { kind: "drops", service: "a", percent: 100 },
    { kind: "fault", service: "a", fault: { ...abort, abort: { code: "ABORTED", percent: 100 } } },
    { kind: "pause", service: "b", paused: true },
  );
});

test("a command can switch off what mesh.yaml switches on", () => {
  const written = parseTopology(`services:
  a:
    drop_percent: 20
    fault: { abort: { percent: 30 } }
    sources: [{ static: [{ address: "10.0.0.1:1", weight: 0 }, "10.0.0.1:2", { address: "10.0.0.1:9", weight: 0 }] }]
`);
  const mesh: MeshState = {
    topology: written.ok ? written.topology : assert.fail(written.errors.join()),
    endpoints: new Map([
      ["a", [{ ...at(1, "v1"), weight: 0 }, at(2, "v1"), { ...at(3, "v1"), weight: 0, terminating: true }]],
    ]),
  };
  const changes: readonly Change[] = [
    { kind: "drops", service: "a", percent: 0 },
    { kind: "fault", service: "a", fault: noFault },
    weigh(1, 1),
  ];
  const overrides = changes.reduce((before, change) => {
    const changed = changeOverrides(before, change, mesh);
    return changed.ok ? changed.overrides : assert.fail(changed.problem);
  }, noOverrides);
  assert.deepEqual(overrideLines(overrides), ["a: fault none", "a: drops 0% of the calls", "10.0.0.1:1: weight 1"]);
  const { topology: said, endpoints } = applyOverrides(mesh, overrides);
  assert.equal(said.services[0]?.dropPercent, 0);
  assert.deepEqual(said.services[0]?.routes[0]?.fault, noFault);
  assert.equal(endpoints.get("a")?.[0]?.weight, 1);
  // One that is about to go was not drained by the file: what was done by command is taken back, and no more.
  const drained = changeOverrides(noOverrides, weigh(3, 0), mesh);
  const undrained = changeOverrides(drained.ok ? drained.overrides : assert.fail(), weigh(3, 1), mesh);
  assert.deepEqual(undrained, { ok: true, overrides: noOverrides });
  // Nor does one that has gone keep what its source says.
  const gone = changeOverrides({ ...noOverrides, weights: new Map([["10.0.0.1:9", 0.5]]) }, weigh(9, 1), mesh);
  assert.deepEqual(gone.ok && [...gone.overrides.weights], [["10.0.0.1:9", 1]]);
});

test("a split to labels that nothing has is made when it is forced", () => {
  const forced = after({ ...split, targets: [{ labels: { version: "v3" }, weight: 1 }], force: true });
  assert.deepEqual(overrideLines(forced), ["a: split v3=1"]);
});
