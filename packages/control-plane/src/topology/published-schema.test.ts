import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { Ajv } from "ajv";
import { parse } from "yaml";
import { words } from "./mesh-words.ts";
import { parseTopology } from "./parse-topology.ts";
import { publishedSchema } from "./published-schema.ts";

const read = (path: string) => readFileSync(new URL(`../../../../${path}`, import.meta.url), "utf8");
const committed = JSON.parse(read("packages/control-plane/schema/mesh.schema.json"));
// strict: a word of the schema that is mistyped is an error. What is required in a condition is described outside of it.
const validate = new Ajv({ allErrors: true, strict: true, strictRequired: false, allowUnionTypes: true }).compile(
  committed,
);

/** What an editor finds wrong with a text. */
function problemsOf(text: string): readonly string[] {
  validate(parse(text));
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

test("the committed schema is what the source says", () => {
  assert.deepEqual(
    committed,
    JSON.parse(JSON.stringify(publishedSchema())),
    "refresh it: node packages/control-plane/scripts/write-mesh-schema.ts && npm run fix",
  );
});

test("every setting is described, and nothing else is", () => {
  const used = new Set<string>();
  const follow = (schema: unknown, path: readonly string[]) => {
    if (typeof schema !== "object" || schema === null) return;
    const { description, properties = {}, additionalProperties, items, anyOf = [] } = schema as Record<string, unknown>;
    if (typeof description === "string") used.add(description);
    for (const [key, each] of Object.entries(properties as object)) {
      assert.ok("description" in each, `${[...path, key].join(".")} has no words in mesh-words.ts`);
      follow(each, [...path, key]);
    }
    follow(additionalProperties, [...path, "*"]);
    for (const each of [items, ...(anyOf as unknown[])]) follow(each, path);
  };
  follow(committed, []);
  const unused = Object.entries(words).filter(([, each]) => !used.has(each));
  assert.deepEqual(unused, []);
});

test("the shipped mesh.yaml names the schema where it is", () => {
  const [, named = ""] = /^# yaml-language-server: \$schema=(\S+)$/m.exec(read("mesh/mesh.yaml")) ?? [];
  assert.deepEqual(JSON.parse(read(`mesh/${named}`)), committed);
});

const readme = read("packages/control-plane/README.md");
const examples = Array.from(readme.matchAll(/^```yaml\n(.*?)^```$/gms), ([, text = ""]) => text);
const meshes = examples.filter((text) => !text.startsWith("apiVersion:"));

test("the README's examples are found", () => assert.ok(meshes.length >= 2));

const whole = (text: string) =>
  text.startsWith("services:")
    ? text
    : `services:\n  a:\n    sources: [{ dns: b, port: 1 }]\n${text.replaceAll(/^/gm, "    ")}`;

for (const [name, text] of [
  ["the shipped mesh.yaml", read("mesh/mesh.yaml")],
  ...meshes.map((each, index) => [`example ${index + 1} of the README`, whole(each)] as const),
  ["no services", "services: {}"],
  ["a name with capitals", "services: { HeyHow.v1: { sources: [{ static: [] }] } }"],
  ["no health check", "services: { a: { health: false, sources: [{ dns: b, port: 1 }] } }"],
  [
    "an address of each form",
    'services: { a: { port: 1, sources: [{ static: ["1.2.3.4", "[::1]:5", { address: "1.2.3.4:5", weight: 0.5 }] }] } }',
  ],
  [
    "a port for the service",
    "services: { a: { port: 1, sources: [{ dns: b }, { kubernetes: { service: c, port: 80 } }] } }",
  ],
  ["a fault by header", "services: { a: { fault: { by_header: true }, sources: [{ static: [] }] } }"],
  [
    "a route of everything",
    'services: { a: { sources: [{ static: [] }], routes: [{ match: { prefix: /a, headers: { x: { present: true } } }, split: [{ to: { v: "1" }, weight: 0 }, { to: {}, weight: 1 }], timeout: 1.5s, retries: {}, fault: { abort: {} } }] } }',
  ],
  [
    "every balancing",
    "services: { a: { balancing: weighted_by_load, sources: [{ static: [] }] }, b: { balancing: { ring_hash: { header: x } }, sources: [{ static: [] }] }, c: { balancing: { weighted_by_load: { report_every: 250ms } }, sources: [{ static: [] }] } }",
  ],
] as const) {
  test(`good for the control plane and for editors: ${name}`, () => {
    const parsed = parseTopology(text);
    assert.deepEqual(parsed.ok ? [] : parsed.errors, []);
    assert.deepEqual(problemsOf(text), []);
  });
}

const service = (lines: string) => `services: { a: { ${lines}, sources: [{ dns: b, port: 1 }] } }`;
const source = (lines: string) => `services: { a: { sources: [{ ${lines} }] } }`;

for (const [name, text] of [
  ["no services at all", "{}"],
  ["a list", "[]"],
  ["a service name that is none", "services: { a b: { sources: [{ static: [] }] } }"],
  ["a setting that is spelt wrong", service("retrys: {}")],
  ["a service without sources", "services: { a: {} }"],
  ["no source", "services: { a: { sources: [] } }"],
  ["a port that is none", service("port: 70000")],
  ["a health service that is a number", service("health: 7")],
  ["a balancing policy that no gRPC client has", service("balancing: maglev")],
  ["more calls than 32 bits can say", service("max_calls: 4294967296")],
  ["the same for outliers", service("outliers: { min_calls: 4294967296 }")],
  ["a split among too many", service(`routes: [{ split: [${Array(1_001).fill("{ to: {}, weight: 1 }").join()}] }]`)],
  ["a name that is too long", `services: { ${"a".repeat(254)}: { sources: [{ static: [] }] } }`],
  ["a regular expression that is too long", service(`routes: [{ match: { regex: ${"a".repeat(1_001)} } }]`)],
  ["a hash of nothing", service("balancing: { ring_hash: {} }")],
  ["a duration without a unit", service("retries: { backoff: 50 }")],
  ["a duration in an unknown unit", service("retries: { backoff: 5h }")],
  ["a code that is never retried", service("retries: { codes: [aborted] }")],
  ["one attempt", service("retries: { attempts: 1 }")],
  ["an empty fault", service("fault: {}")],
  ["a fault that is not by header and nothing else", service("fault: { by_header: false }")],
  ["a delay without a time", service("fault: { delay: {} }")],
  ["a status in small letters", service("fault: { abort: { code: unavailable } }")],
  ["a share of nothing", service("drop_percent: 0")],
  ["a zone without a name", service("localities: [{ weight: 1 }]")],
  ["a route to two places", service("routes: [{ to: {}, split: [{ to: {}, weight: 1 }] }]")],
  ["a match of two kinds", service("routes: [{ match: { path: /a, prefix: /b } }]")],
  ["a header match of two kinds", service("routes: [{ match: { headers: { x: { exact: a, prefix: b } } } }]")],
  ["a header match of no kind", service("routes: [{ match: { headers: { x: {} } } }]")],
  ["a header in capitals", service("routes: [{ match: { headers: { X: { exact: a } } } }]")],
  ["a header that clients hide", service("routes: [{ match: { headers: { x-bin: { present: true } } } }]")],
  ["a hash of a header in capitals", service("balancing: { ring_hash: { header: X-User } }")],
  ["a path without its slash", service("routes: [{ match: { path: Say } }]")],
  ["a beginning without its slash", service("routes: [{ match: { prefix: heyhow. } }]")],
  ["a share too small to be said", service("drop_percent: 0.00001")],
  ["a split without any weight", service("routes: [{ split: [{ to: {}, weight: 0 }] }]")],
  ["a label that YAML takes for a number", source("dns: b, port: 1, labels: { version: 1 }")],
  ["a source of two kinds", source("dns: b, port: 1, static: []")],
  ["a source of no kind", source("labels: {}")],
  ["a name without a port", source("dns: b")],
  ["a name for an address", source('static: ["server:1"]')],
  ["an address at port 0", source('static: ["1.2.3.4:0"]')],
  ["an address without its weight", source('static: [{ address: "1.2.3.4:5" }]')],
  ["a Service's name that is none", source("kubernetes: { service: A/b }")],
  ["a port beside a Service", source("kubernetes: { service: b }, port: 1")],
] as const) {
  test(`refused by the control plane and by editors: ${name}`, () => {
    assert.equal(parseTopology(text).ok, false);
    assert.notDeepEqual(problemsOf(text), []);
  });
}

for (const [name, text] of [
  ["a duration out of its range", service("retries: { backoff: 1s }")],
  ["a zone twice", service("localities: [{ zone: a }, { zone: a }]")],
  ["a regular expression that is none", service('routes: [{ match: { regex: "(" } }]')],
  ["an address without a port", source('static: ["1.2.3.4"]')],
  ["an address that is none", source('static: ["999.2.3.4:1"]')],
] as const) {
  test(`only the control plane can tell, and says so: ${name}`, () => {
    assert.equal(parseTopology(text).ok, false);
    assert.deepEqual(problemsOf(text), []);
  });
}
