import assert from "node:assert/strict";
import { test } from "node:test";
import { parseSettings, SettingsError } from "@hey/runtime";
import { type LoadgenSettings, positionals, settings } from "../settings/settings.ts";
import { abWithoutSecrets, joinSideWords, sideSettings, sideWithoutSecrets } from "./side-settings.ts";
import { splitWords } from "./split-words.ts";

function common(...args: readonly string[]): LoadgenSettings {
  return parseSettings({ name: "", summary: "", positionals: { ...positionals, min: 0, max: 2 }, settings }, args, {});
}

test("two targets are one for each side, and one is for both", () => {
  const of = (...args: string[]) => sideSettings({ common: common(...args), words: { a: "", b: "" } });
  assert.deepEqual([of("h:1", "h:2").a.positionals, of("h:1", "h:2").b.positionals], [["h:1"], ["h:2"]]);
  assert.deepEqual([of("h:1").a.positionals, of("h:1").b.positionals], [["h:1"], ["h:1"]]);
});

test("a side's own words come over the common ones, back to the default too, and lists add up", () => {
  const { a, b } = sideSettings({
    common: common("--connections", "4", "-m", "x=1", "--rps", "7", "h:1"),
    words: { a: "", b: "--connections 1 -m 'y=2 3' -d '{\"count\": 1}' h:2" },
  });
  assert.deepEqual([a.connections, a.metadata, a.positionals], [4, ["x=1"], ["h:1"]]);
  assert.deepEqual([b.connections, b.metadata, b.positionals], [1, ["x=1", "y=2 3"], ["h:2"]]);
  assert.deepEqual([b.data, b.rps], ['{"count": 1}', 7]);
});

test("everything that is wrong with the sides is told at once", () => {
  const words = { a: "--rps 5 --conections 2", b: "--engine wire 'xds:///a" };
  assert.throws(
    () => sideSettings({ common: common(), words }),
    (error: unknown) => {
      assert.ok(error instanceof SettingsError);
      for (const expected of [
        /--a: --conections: there is no such flag; did you mean --connections\?/,
        /--a: expected a target for side A/,
        /--b: expected a ' that ends/,
        /--b: expected a target for side B/,
      ]) {
        assert.match(error.message, expected);
      }
      return true;
    },
  );
  assert.throws(() => sideSettings({ common: common("h:1"), words: { a: "--rps 5", b: "--engine wire xds:///a" } }), {
    message: /--a: --rps is for both sides[\s\S]*--b: --engine: wire does not take xds targets/,
  });
});

test("threads are refused for a side as they are for both: nobody is told to give them elsewhere", () => {
  const words = { a: "--workers 2", b: "" };
  assert.throws(() => sideSettings({ common: common("h:1"), words }), {
    message: /--a: --workers: expected 1: ab drives both sides in one thread, so that they meet the same moments$/,
  });
});

test("what follows --a or --b is its value, though it begins with dashes", () => {
  assert.deepEqual(joinSideWords(["--a", "--engine wire", "--rps", "5", "--b", "", "h:1", "--a"]), [
    "--a=--engine wire",
    "--rps",
    "5",
    "--b=",
    "h:1",
    "--a",
  ]);
});

test("a report does not hold the values of a side's metadata", () => {
  assert.equal(
    sideWithoutSecrets("--connections 2  -m 'authorization=Bearer x' -d '{}'"),
    "--connections 2 -m authorization=… -d {}",
  );
  assert.equal(sideWithoutSecrets("--data 'it is'"), "--data 'it is'");
  assert.deepEqual(abWithoutSecrets(["-m", "a=b", "--b=-m authorization=secret", "h:1"]), [
    "-m",
    "a=…",
    "--b=-m authorization=…",
    "h:1",
  ]);
});

for (const [text, words] of [
  ["", []],
  ["  a   b ", ["a", "b"]],
  [`a"b c"'d "e'`, [`ab cd "e`]],
  ['a\\ b \'\\\' "\\""', ["a b", "\\", '"']],
  ["'' x", ["", "x"]],
] as const) {
  test(`${JSON.stringify(text)} is split as a shell does`, () => assert.deepEqual(splitWords(text), words));
}
