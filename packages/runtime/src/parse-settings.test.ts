import assert from "node:assert/strict";
import { test } from "node:test";
import { SettingsError } from "./failures.ts";
import { type Environment, parseSettings } from "./parse-settings.ts";
import type { Positionals } from "./program-spec.ts";
import { duration, flag, integer, list, text } from "./settings.ts";

const settings = {
  listen: text({ flag: "listen", env: "HEY_LISTEN", default: "0.0.0.0:9999", help: "" }),
  count: integer({ flag: "count", short: "n", env: "HEY_COUNT", default: 4, min: 1, help: "" }),
  offset: integer({ flag: "offset", default: 0, help: "" }),
  drain: duration({ flag: "drain", short: "d", env: "HEY_DRAIN", default: 8_000, help: "" }),
  verbose: flag({ flag: "verbose", short: "v", env: "HEY_VERBOSE", default: false, help: "" }),
  color: flag({ flag: "color", short: "c", default: true, help: "" }),
  tags: list({ flag: "tag", short: "t", env: "HEY_TAGS", default: [], help: "" }),
  next: text({ flag: "next", default: undefined, help: "" }),
};
const defaults = {
  listen: "0.0.0.0:9999",
  count: 4,
  offset: 0,
  drain: 8_000,
  verbose: false,
  color: true,
  tags: [],
  next: undefined,
  positionals: [],
};
const target: Positionals = { name: "TARGET", help: "", min: 1, max: 2 };

function parse(argv: readonly string[], env: Environment = {}, positionals?: Positionals) {
  return parseSettings({ name: "hey", summary: "", positionals, settings }, argv, env);
}

function problems(argv: readonly string[], env: Environment = {}, positionals?: Positionals): readonly string[] {
  try {
    parse(argv, env, positionals);
  } catch (error) {
    assert.ok(error instanceof SettingsError);
    return error.problems;
  }
  return [];
}

test("without flags and variables every setting has its default", () => {
  assert.deepEqual(parse([]), defaults);
});

test("a flag wins over its variable, and that over the default", () => {
  const env = { HEY_COUNT: "7", HEY_DRAIN: "1s", HEY_LISTEN: "a:1" };
  assert.deepEqual(parse(["--count", "9"], env), { ...defaults, count: 9, drain: 1_000, listen: "a:1" });
});

test("a variable set to nothing counts as not set", () => {
  assert.deepEqual(parse([], { HEY_COUNT: "", HEY_VERBOSE: "", HEY_TAGS: "" }), defaults);
});

test("a wrong variable does no harm under a flag that wins over it", () => {
  assert.equal(parse(["--count=9"], { HEY_COUNT: "many" }).count, 9);
});

const spellings: readonly (readonly [readonly string[], Partial<Record<keyof typeof defaults, unknown>>])[] = [
  [["--count=9"], { count: 9 }],
  [["--count", "9"], { count: 9 }],
  [["-n", "9"], { count: 9 }],
  [["-n9"], { count: 9 }],
  [["-vn", "9"], { verbose: true, count: 9 }],
  [["--count", "1", "--count", "2"], { count: 2 }],
  [["--offset", "-5"], { offset: -5 }],
  [["--offset=-5"], { offset: -5 }],
  [["--verbose"], { verbose: true }],
  [["--verbose=yes"], { verbose: true }],
  [["--verbose=false"], { verbose: false }],
  [["--verbose", "--no-verbose"], { verbose: false }],
  [["--no-color"], { color: false }],
  [["--tag", "a,b", "-t", "c"], { tags: ["a,b", "c"] }],
  [["--next=--odd"], { next: "--odd" }],
  [["--next", ""], { next: "" }],
];
for (const [argv, changes] of spellings) {
  test(`${argv.join(" ")} is read`, () => assert.deepEqual(parse(argv), { ...defaults, ...changes }));
}

test("a switch from the environment is read by its word", () => {
  assert.equal(parse([], { HEY_VERBOSE: "on" }).verbose, true);
  assert.equal(parse(["--no-verbose"], { HEY_VERBOSE: "on" }).verbose, false);
});

test("a list from the environment is separated by commas, and the flag replaces it", () => {
  assert.deepEqual(parse([], { HEY_TAGS: "a, b,,c" }).tags, ["a", "b", "c"]);
  assert.deepEqual(parse(["-t", "z"], { HEY_TAGS: "a,b" }).tags, ["z"]);
});

test("arguments that are no flags come in order, also after --", () => {
  assert.deepEqual(parse(["one", "--count", "2", "two"], {}, target).positionals, ["one", "two"]);
  assert.deepEqual(parse(["--", "--count"], {}, target).positionals, ["--count"]);
});

test("an argument that is not given comes from its variable, else from its default", () => {
  const positionals = { ...target, env: "HEY_TARGET", default: "xds:///heyhow" };
  assert.deepEqual(parse([], {}, positionals).positionals, ["xds:///heyhow"]);
  assert.deepEqual(parse([], { HEY_TARGET: "" }, positionals).positionals, ["xds:///heyhow"]);
  assert.deepEqual(parse([], { HEY_TARGET: "a:1" }, positionals).positionals, ["a:1"]);
  assert.deepEqual(parse(["b:1"], { HEY_TARGET: "a:1" }, positionals).positionals, ["b:1"]);
});

const mistakes: readonly (readonly [readonly string[], readonly RegExp[], Positionals?])[] = [
  [["--conut=1"], [/^--conut: there is no such flag; did you mean --count\?$/]],
  [["--no-verbos"], [/did you mean --no-verbose\?/]],
  [["--no-count"], [/^--no-count: there is no such flag$/]],
  [["-z"], [/^-z: there is no such flag$/]],
  [["-5"], [/^-5: there is no such flag$/]],
  [
    ["--__proto__", "--constructor=1"],
    [/^--__proto__: /, /^--constructor: /],
  ],
  [["--listen"], [/^--listen: expected a value$/]],
  [["-n"], [/^-n: expected a value$/]],
  [
    ["--listen", "--count", "0"],
    [/^--listen: expected a value; got another flag, --count/, /^--count: .*got "0"$/],
  ],
  [
    ["--listen", "-v", "-z"],
    [/^--listen: .* -v/, /^-z: /],
  ],
  [["--no-verbose=1"], [/^--no-verbose: expected no value; got "1"$/]],
  [["--verbose=maybe"], [/^--verbose: expected one of .*; got "maybe"$/]],
  [["--drain=10"], [/^--drain: .*unit \(ms, s, m or h\).*; got "10"$/]],
  [["one"], [/^"one": expected no arguments but flags$/]],
  [[], [/^TARGET: expected 1 to 2; got 0$/], target],
  [["one", "two", "three"], [/^"three": expected 1 to 2 TARGET$/], target],
  [["--count", `${"9".repeat(200)}`], [/^--count: .*; got "9{100}…"$/]],
];
for (const [argv, expected, positionals] of mistakes) {
  test(`${argv.join(" ").slice(0, 40) || "no argument"} is a mistake that is named`, () => {
    const found = problems(argv, {}, positionals);
    assert.equal(found.length, expected.length, found.join("\n"));
    for (const [index, pattern] of expected.entries()) assert.match(found[index] ?? "", pattern);
  });
}

test("the value of an unknown flag is not reported as an argument too many", () => {
  assert.equal(problems(["--conut", "5"]).length, 1);
  assert.equal(problems(["--conut", "5", "one"]).length, 2);
});

test("every mistake is told at once, with where it came from", () => {
  const found = problems(["--conut=1", "--count=0", "x"], { HEY_DRAIN: "soon", HEY_VERBOSE: "2" });
  assert.deepEqual(
    found.map((problem) => problem.split(": ")[0]),
    ["--conut", "--count", "HEY_DRAIN (environment variable)", "HEY_VERBOSE (environment variable)", '"x"'],
  );
});

test("checks see settings that are right one by one, and their words are problems like others", () => {
  const spec = {
    name: "hey",
    summary: "",
    settings,
    checks: [
      (given: { count: number; drain: number }) => (given.count > given.drain ? ["count: more than drain"] : []),
      (given: { verbose: boolean }) => (given.verbose ? ["verbose: not today"] : []),
    ],
  };
  assert.equal(parseSettings(spec, ["-n", "7"], {}).count, 7);
  assert.throws(() => parseSettings(spec, ["-n", "9", "-d", "1ms"], {}), {
    name: "SettingsError",
    message: "a setting is wrong: count: more than drain",
  });
  assert.throws(
    () => parseSettings(spec, ["-n", "0", "-d", "1ms", "--verbose"], {}),
    (error) => {
      assert.ok(error instanceof SettingsError);
      assert.match(error.problems[0] ?? "", /^--count: /);
      assert.deepEqual(
        error.problems.slice(1),
        ["verbose: not today"],
        "what reads --count was not asked, the other was",
      );
      return true;
    },
  );
});

test("two settings with one flag are a bug in the program", () => {
  const twice = { a: text({ flag: "x", default: "", help: "" }), b: text({ flag: "x", default: "", help: "" }) };
  assert.throws(() => parseSettings({ name: "hey", summary: "", settings: twice }, [], {}), /--x/);
});
