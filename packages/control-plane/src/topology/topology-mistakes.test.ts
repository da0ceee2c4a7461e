import assert from "node:assert/strict";
import { test } from "node:test";
import { mistakesIn, service } from "../testing/mistakes.ts";

/** Nine letters, each of which stands for ten of the next one. */
const bomb = Array.from("abcdefghi", (letter, index) => {
  const next = "abcdefghi"[index - 1];
  return `${letter}: &${letter} [${Array(10).fill(next === undefined ? "x" : `*${next}`)}]\n`;
}).join("");

const wrong: readonly (readonly [name: string, text: string, error: RegExp])[] = [
  ["no text", "", /^1:1 the file: /],
  ["a list for a file", "[1, 2]", /^1:1 the file: /],
  ["text that is not YAML", "services: {", /^1:12 /],
  ["a key twice", "services: {}\nservices: {}\n", /^2:1 .*unique/],
  ["two documents", "services: {}\n---\nservices: {}\n", /^2:1 expected one document: here a second one begins$/],
  ["an alias of nothing", "services:\n  a: *b\n", /^2:6 \*b: there is no &b before it$/],
  ["aliases of aliases of aliases", bomb, /^1:1 Excessive alias count/],
  ["no services", "service: 1", /^1:1 services: expected a map; it is not there\n1:1 service: no such setting$/],
  ["nothing for services", "services:\n", /^1:10 services: expected a map; got nothing$/],
  [
    "text for a number",
    'services:\n  a: { port: "1", sources: [] }',
    /^2:14 services\.a\.port: expected a number; got "1"\n/,
  ],
  ["a number with a point", service("max_calls: 1.5"), /max_calls: expected a whole number; got 1\.5$/],
  ["text for a list", service("retries: { codes: unavailable }"), /codes: expected a list; got "unavailable"$/],
  ["a word that is none of them", service("when_all_fail: kep"), /when_all_fail: expected keep or drop; got "kep"$/],
  ["a name for a Service", "services: { a: { sources: [{ kubernetes: b }] } }", /kubernetes: expected a map; got "b"$/],
  [
    "a setting that an address does not have",
    'services: { a: { sources: [{ static: [{ address: "1.2.3.4:5", weight: 1, wieght: 1 }] }] } }',
    /^1:74 services\.a\.sources\.0\.static\.0\.wieght: no such setting$/,
  ],
  [
    "a service name that is no host name",
    "services:\n  a b: { sources: [{ dns: x, port: 1 }] }",
    /^2:3 .*xds:\/\/\/NAME/,
  ],
  ["a service without sources", "services:\n  a: {}", /^2:6 services\.a\.sources: /],
  [
    "a service with no source",
    "services:\n  a: { sources: [] }",
    /^2:17 services\.a\.sources: expected at least one source; got an empty list$/,
  ],
  [
    "a source of two kinds",
    "services:\n  a: { port: 1, sources: [{ dns: x, static: [] }] }",
    /^2:27 .*exactly one of dns, static and kubernetes/,
  ],
  [
    "a source of no kind",
    "services:\n  a: { port: 1, sources: [{ labels: {} }] }",
    /exactly one of dns, static and kubernetes/,
  ],
  [
    "a Service's name that is none",
    "services:\n  a: { sources: [{ kubernetes: { service: a/b } }] }",
    /^2:43 services\.a\.sources\.0\.kubernetes\.service: expected small letters, digits and dashes; got "a\/b"$/,
  ],
  [
    "a Service's port that is none",
    "services:\n  a: { sources: [{ kubernetes: { service: b, port: 0 } }] }",
    /^2:52 .*kubernetes\.port: .*>=1; got 0$/,
  ],
  [
    "a port beside a Service",
    "services:\n  a: { sources: [{ kubernetes: { service: b }, port: 1 }] }",
    /^2:54 services\.a\.sources\.0\.port: expected it in kubernetes: \{ port: … \}; got 1$/,
  ],
  ["a name without a port", "services:\n  a: { sources: [{ dns: x }] }", /^2:25 .*expected a port/],
  [
    "an address without a port",
    "services:\n  a: { sources: [{ static: [1.2.3.4:5, 1.2.3.4] }] }",
    /^2:40 .*expected a port/,
  ],
  ["port 0", "services:\n  a: { sources: [{ static: [1.2.3.4:0] }] }", /^2:29 .*expected an IP address/],
  [
    "a balancing policy that no gRPC client has",
    "services:\n  a: { balancing: maglev, sources: [{ dns: x, port: 1 }] }",
    /^2:19 .*expected round_robin or .*; got "maglev"$/,
  ],
  [
    "a health service that is a number",
    "services:\n  a: { health: 7, sources: [{ dns: x, port: 1 }] }",
    /^2:16 .*expected a service name.*; got 7$/,
  ],
  [
    "outliers by a share above all",
    "services:\n  a: { outliers: { failure_percent: 101 }, sources: [{ dns: x, port: 1 }] }",
    /^2:37 services\.a\.outliers\.failure_percent: .*<=100; got 101$/,
  ],
  [
    "no call in flight",
    "services:\n  a: { max_calls: 0, sources: [{ dns: x, port: 1 }] }",
    /^2:19 services\.a\.max_calls: .*>=1; got 0$/,
  ],
  [
    "a hash of nothing",
    "services:\n  a: { balancing: { ring_hash: {} }, sources: [{ dns: x, port: 1 }] }",
    /^2:19 services\.a\.balancing: expected round_robin or .*; got a map$/,
  ],
  [
    "reports more often than clients heed them",
    "services:\n  a: { balancing: { weighted_by_load: { report_every: 50ms } }, sources: [{ dns: x, port: 1 }] }",
    /^2:55 services\.a\.balancing\.weighted_by_load\.report_every: expected 100ms to 1m; got "50ms"$/,
  ],
  [
    "one attempt, which is no retry",
    "services:\n  a: { retries: { attempts: 1 }, sources: [{ dns: x, port: 1 }] }",
    /^2:29 .*>=2/,
  ],
  [
    "a code that is never retried",
    "services:\n  a: { retries: { codes: [aborted] }, sources: [{ dns: x, port: 1 }] }",
    /^2:27 .*unavailable/,
  ],
  [
    "a duration without a unit",
    "services:\n  a: { retries: { backoff: 50 }, sources: [{ dns: x, port: 1 }] }",
    /^2:28 .*retries\.backoff: expected a duration such as 50ms, 1\.5s or 2m; got 50$/,
  ],
  [
    "a duration in an unknown unit",
    "services:\n  a: { retries: { backoff: 5h }, sources: [{ dns: x, port: 1 }] }",
    /^2:28 .*50ms, 1\.5s or 2m; got "5h"$/,
  ],
  [
    "a back-off that clients read differently",
    "services:\n  a: { retries: { backoff: 1s }, sources: [{ dns: x, port: 1 }] }",
    /^2:28 .*expected 1ms to 999ms/,
  ],
  [
    "more calls in flight than 32 bits can say",
    service("max_calls: 4294967296"),
    /^1:29 services\.a\.max_calls: expected <=4294967295; got 4294967296$/,
  ],
  [
    "more calls in an interval than 32 bits can say",
    service("outliers: { min_calls: 4294967296 }"),
    /^1:41 services\.a\.outliers\.min_calls: expected <=4294967295; got 4294967296$/,
  ],
  [
    "a timeout beyond all numbers",
    service("routes: [{ timeout: 99999999999999999999999999999m }]"),
    /timeout: expected 1ms to 10080m; got "99999999999999999999999999999m"$/,
  ],
  [
    "a delay that no timer can count",
    service("fault: { delay: { time: 40000m } }"),
    /fault\.delay\.time: expected 1ms to 60m; got "40000m"$/,
  ],
  ["an interval of days", service("outliers: { interval: 1440m }"), /interval: expected 100ms to 60m; got "1440m"$/],
  ["an ejection of days", service("outliers: { ejection: 1440m }"), /ejection: expected 1ms to 60m; got "1440m"$/],
  [
    "a back-off of nearly a second, which is longer than the longest",
    service("retries: { backoff: 999.9ms }"),
    /backoff: expected 1ms to 999ms; got "999\.9ms"$/,
  ],
  [
    "a split whose weights no client could add up",
    service(`routes: [{ split: [${Array(1_001).fill("{ to: {}, weight: 1 }").join()}] }]`),
    /split: expected <=1000 items; got a list$/,
  ],
  [
    "a service's name that is longer than any host's",
    `services: { ${"a".repeat(254)}: { sources: [{ dns: x, port: 1 }] } }`,
    /^1:13 services\.a+… \(254 characters\): expected <=253 characters$/,
  ],
  [
    "a weight too small to be said",
    'services: { a: { sources: [{ static: [{ address: "1.2.3.4:5", weight: 0.001 }] }] } }',
    /weight: expected 0, or 0\.01 to 1000; got 0\.001$/,
  ],
  [
    "a label that YAML takes for a number",
    "services:\n  a: { sources: [{ dns: x, port: 1, labels: { version: 1 } }] }",
    /^2:56 .*write "1"/,
  ],
];

for (const [name, text, error] of wrong) {
  test(`refused with its place: ${name}`, () => {
    const errors = mistakesIn(text);
    assert.match(errors.join("\n"), error);
    assert.ok(errors.length === 1 || error.source.includes("\\n"), errors.join("\n"));
  });
}
