import assert from "node:assert/strict";
import { test } from "node:test";
import { parseSettings } from "./parse-settings.ts";
import { flag, integer, list, text } from "./settings.ts";
import { variablesInUse, withVariables } from "./variables.ts";

const settings = withVariables({
  most: integer({ flag: "max-in-flight", short: "m", default: 7, help: "" }),
  call: text({ flag: "call", env: "HEY_METHOD", default: "", help: "" }),
  tags: list({ flag: "tag", default: [], help: "" }),
  quiet: flag({ flag: "quiet", default: false, help: "" }),
});
const positionals = { name: "TARGET", help: "", min: 0, max: 1, env: "HEY_TARGET" };
const spec = { name: "", summary: "", settings, positionals };

test("a flag without a variable has the one of its own name, another keeps its own", () => {
  assert.deepEqual(
    Object.values(settings).map(({ env }) => env),
    ["HEY_MAX_IN_FLIGHT", "HEY_METHOD", "HEY_TAG", "HEY_QUIET"],
  );
  assert.equal(parseSettings(spec, [], { HEY_MAX_IN_FLIGHT: "9" }).most, 9);
});

test("a list in a variable is separated by commas, or by line ends where its texts have commas", () => {
  const tags = (value: string) => parseSettings(spec, [], { HEY_TAG: value }).tags;
  assert.deepEqual(tags("a, b"), ["a", "b"]);
  assert.deepEqual(tags('{"a":"1","b":"2"}\n'), ['{"a":"1","b":"2"}']);
  assert.deepEqual(tags("a,b\n\n  c\n"), ["a,b", "c"]);
});

test("the variables in use are those that are set and that no flag wins over", () => {
  const env = { HEY_MAX_IN_FLIGHT: "9", HEY_TAG: "", HEY_QUIET: "yes", HEY_TARGET: "a:1", HEY_OTHER: "x" };
  assert.deepEqual(variablesInUse(spec, [], env), [
    ["HEY_MAX_IN_FLIGHT", "9"],
    ["HEY_QUIET", "yes"],
    ["HEY_TARGET", "a:1"],
  ]);
  assert.deepEqual(variablesInUse(spec, ["-m1", "--no-quiet", "b:2"], env), []);
});
