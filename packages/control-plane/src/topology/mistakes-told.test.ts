import assert from "node:assert/strict";
import { test } from "node:test";
import { mistakesIn, service } from "../testing/mistakes.ts";

test("three mistakes are three lines, each with its place in the text", () => {
  const errors = mistakesIn(`services:
  heyhow:
    port: 99999
    retrys: 3
    sources:
      - dns: server
      - static: ["server:40001"]
`);
  assert.equal(errors.length, 3);
  assert.match(errors[0] ?? "", /^3:11 services\.heyhow\.port: .*65535/);
  assert.match(errors[1] ?? "", /^4:5 services\.heyhow\.retrys: no such setting/);
  assert.match(
    errors[2] ?? "",
    /^7:18 services\.heyhow\.sources\.1\.static\.0: expected an IP address.*"server:40001"/,
  );
});

const together: readonly (readonly [name: string, text: string, places: readonly string[]])[] = [
  [
    "a setting and a port that is missing",
    "services: { a: { balancing: foo, sources: [{ dns: x }] } }",
    ["1:29 services.a.balancing", "1:51 services.a.sources.0.dns"],
  ],
  [
    "one zone, and what zones are to each other",
    service("localities: [{ zone: a, weight: 1 }, { zone: a }, { zone: b, weight: x }]"),
    ["1:55 services.a.localities.1", "1:63 services.a.localities.1.zone", "1:87 services.a.localities.2.weight"],
  ],
  [
    "a route, its match, and a part of either",
    service("routes: [{ to: { v: 1 }, split: [{ to: {}, weight: 0 }], match: { path: 1, prefix: /a } }]"),
    [
      "1:27 services.a.routes.0",
      "1:38 services.a.routes.0.to.v",
      "1:50 services.a.routes.0.split",
      "1:82 services.a.routes.0.match",
      "1:90 services.a.routes.0.match.path",
    ],
  ],
  [
    "a source's port, and where it belongs",
    'services: { a: { sources: [{ kubernetes: { service: b }, port: "1" }] } }',
    ["1:64 services.a.sources.0.port", "1:64 services.a.sources.0.port"],
  ],
  [
    "a source of two kinds and its labels",
    "services: { a: { port: 1, sources: [{ dns: x, static: [], labels: { v: 1 } }] } }",
    ["1:37 services.a.sources.0", "1:72 services.a.sources.0.labels.v"],
  ],
  [
    "a key that is there twice, and a value",
    "services:\n  a: { health: false, health: 1, port: 0, sources: [{ dns: x }] }\n",
    ["2:23 health", "2:31 services.a.health", "2:40 services.a.port"],
  ],
  [
    "what is spelt wrong is told once, and not missed as well",
    service("fault: { abrot: {} }, routes: [{ match: { headers: { x: { exat: a } } } }]"),
    ["1:27 services.a.fault.abrot", "1:76 services.a.routes.0.match.headers.x.exat"],
  ],
  ["a name that JavaScript has taken", "services: { __proto__: { sources: [] } }", ["1:13 __proto__"]],
  ["a key that is no name", "services: { ? [a] : { sources: [] } }", ["1:11 services.[ a ]", "1:15 a key"]],
];

for (const [name, text, places] of together) {
  test(`told together: ${name}`, () => {
    const errors = mistakesIn(text);
    assert.deepEqual(
      errors.map((error) => error.split(": ", 1)[0]),
      places,
      errors.join("\n"),
    );
  });
}

const came: readonly (readonly [name: string, text: string, error: RegExp])[] = [
  ["behind an alias", service("health: &l x, routes: [{ to: *l }]"), /^1:47 .*routes\.0\.to: expected a map; got "x"$/],
  [
    "below an alias",
    service("health: '', fault: &f { delay: 1 }, routes: [{ fault: *f }]"),
    /routes\.0\.fault\.delay: expected a map; got 1$/,
  ],
  ["at a key that is a number", service("routes: [{ to: { 1: 2 } }]"), /to\.1: expected text: write "2"; got 2$/],
  ["within itself", "services: &s { a: *s }", /services\.a\.sources: expected a list; it is not there/],
  [
    "that is long",
    service(`balancing: ${"x".repeat(10_000)}`),
    /balancing: expected .*; got "x{79}… \(10002 characters\)$/,
  ],
  [
    "that is long and no address",
    `services: { a: { sources: [{ static: [${"x".repeat(10_000)}] }] } }`,
    /static\.0: expected an IP address.*; got "x{79}… \(10002 characters\)$/,
  ],
];

for (const [name, text, error] of came) {
  test(`what came is told: ${name}`, () => assert.match(mistakesIn(text).at(-1) ?? "", error));
}

test("the first hundred mistakes are told, and how many more there are", () => {
  const errors = mistakesIn(`services:\n${Array.from({ length: 5_000 }, (_, index) => `  a${index}: 1\n`).join("")}`);
  assert.equal(errors.length, 101);
  assert.match(errors[99] ?? "", /^101:8 services\.a99: expected a map; got 1$/);
  assert.equal(errors[100], "102:9 here begin 4900 more mistakes");
});

test("twenty thousand services are read, and their mistakes found, in seconds", { timeout: 20_000 }, () => {
  const lines = Array.from({ length: 20_000 }, (_, index) => `  a${index}: { sources: [{ dns: x, port: 0 }] }\n`);
  assert.equal(mistakesIn(`services:\n${lines.join("")}`).length, 101);
});
