import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { test } from "node:test";
import { Metadata } from "@grpc/grpc-js";

// Faults of grpc-js-xds in how it tells by headers and paths which route takes a call; "Ex" as in
// docs/decisions/2026-11-23-faults-of-grpc-js-xds.md. What is sent instead is in routes.test.ts.

const routes = "@grpc/grpc-js-xds/build/src/route.js";
const { getPredicateForHeaderMatcher } = createRequire(import.meta.url)(routes) as {
  getPredicateForHeaderMatcher: (matcher: object) => { apply(path: string, metadata: Metadata): boolean };
};

function isTaken(matcher: object, value: string | undefined): boolean {
  const metadata = new Metadata();
  if (value !== undefined) metadata.set("x-a", value);
  return getPredicateForHeaderMatcher({ name: "x-a", invert_match: false, ...matcher }).apply("/a/b", metadata);
}

const regexOf = (regex: string) => ({
  header_match_specifier: "string_match",
  string_match: { match_pattern: "safe_regex", safe_regex: { regex } },
});

test("E18: a header that must not be there is taken for one that must", () => {
  const absent = { header_match_specifier: "present_match", present_match: false };
  assert.equal(isTaken(absent, undefined), false);
  assert.equal(isTaken(absent, "yes"), true);
});

test("E19: a regular expression of alternatives matches a part of the text", () => {
  assert.equal(isTaken(regexOf("yes|on"), "yesterday"), true);
  assert.equal(isTaken(regexOf("yes|on"), "moon"), true);
});

test("E20: a regular expression that RE2 lacks is no NACK but an exception", () => {
  assert.throws(() => isTaken(regexOf("[^]"), "yes"), /Invalid regular expression/);
});

test("E21: regular expressions are compiled anew for every change and kept for ever, in 16 MB", () => {
  const script = `const { SafeRegexValueMatcher } = require("@grpc/grpc-js-xds/build/src/matcher.js");
    for (let turn = 0; turn < 100; turn++) new SafeRegexValueMatcher("x".repeat(30_000));`;
  const { status, stderr } = spawnSync(process.execPath, ["-e", script], {
    cwd: import.meta.dirname,
    encoding: "utf8",
  });
  assert.notEqual(status, 0);
  assert.match(stderr, /Cannot enlarge memory/);
});
