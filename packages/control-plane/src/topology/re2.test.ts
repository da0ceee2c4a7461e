import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { test } from "node:test";
import { re2Problem, wholeRe2 } from "./re2.ts";

const matcher = "@grpc/grpc-js-xds/build/src/matcher.js";
const { SafeRegexValueMatcher } = createRequire(import.meta.url)(matcher) as {
  SafeRegexValueMatcher: new (regex: string) => { apply(value: string): boolean };
};

/** Whether a real client matches the whole text; throws where the client would end. */
function clientMatches(expression: string, text: string): boolean {
  return new SafeRegexValueMatcher(wholeRe2(expression)).apply(text);
}

for (const [expression, text] of [
  ["yes|on", "on"],
  ["", ""],
  ["(?i)x", "X"],
  ["(?s)a.b", "a\nb"],
  ["(?P<n>a)(?P<m>b)", "ab"],
  ["[[:alpha:]]+", "ab"],
  [String.raw`\pL`, "é"],
  [String.raw`\p{Greek}`, "α"],
  [String.raw`\x{41}`, "A"],
  [String.raw`\Aa\z`, "a"],
  [String.raw`\Qa.\E`, "a."],
  [String.raw`a\-b`, "a-b"],
  [String.raw`\_`, "_"],
  [String.raw`a\\1`, String.raw`a\1`],
  ["[(?=]", "="],
  [String.raw`[\w-.]`, "-"],
  [String.raw`/heyhow\.v1\..*`, "/heyhow.v1.HeyHowService/Say"],
] as const) {
  test(`RE2 has it, and a client matches by it: ${expression}`, () => {
    assert.equal(re2Problem(expression), undefined);
    assert.equal(clientMatches(expression, text), true);
    assert.equal(clientMatches(expression, `not ${text}`), false);
  });
}

for (const [expression, problem] of [
  ["(", /missing \)/],
  ["a(?=b)", /invalid perl operator: \(\?=/],
  [String.raw`(a)\1`, /invalid escape sequence: \\1/],
  ["a{2000}", /invalid repetition size: \{2000\}/],
  ["((a{100}){100}){10}", /invalid repetition size/],
  ["(?:a{1000}){2}", /invalid repetition size/],
  [String.raw`\p{Letter}+`, /invalid character class range: \\p\{Letter\}/],
  [String.raw`\p{Script=Greek}`, /invalid character class range/],
  [String.raw`\p{Emoji}`, /invalid character class range/],
  [String.raw`\p{ASCII}`, /invalid character class range/],
  ["[^]", /missing \]/],
  ["[]", /missing \]/],
  [String.raw`[\b]`, /invalid escape sequence: \\b/],
  // What grpc-js-xds would translate, and nobody else.
  [String.raw`\u0041`, /invalid escape sequence: \\u/],
  [String.raw`\cA`, /invalid escape sequence: \\c/],
  ["(?<n>a)", /invalid perl operator: \(\?</],
  // What ends the group that it is sent in, or swallows its end.
  ["a)|(?:b", /unexpected \)/],
  [String.raw`\Qa`, /missing \)/],
  // What grpc-go lacks, and what ends a client of grpc-js-xds.
  [String.raw`a\C`, /invalid escape sequence: \\C/],
  ["(?P<n>a)(?P<n>b)", /duplicate capture group name: \(\?P<n>/],
] as const) {
  test(`some client would refuse it, or end: ${expression}`, () => {
    assert.match(re2Problem(expression) ?? "accepted", problem);
  });
}

test("what was looked at leaves nothing behind in the 16 MB that the library has", () => {
  // Kept, sixty of them fill it, and each is compiled twice.
  const long = "x".repeat(30_000);
  for (let turn = 0; turn < 40; turn++) assert.equal(re2Problem(`${long}${turn}`), undefined);
});
