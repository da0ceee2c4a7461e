import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));

test("each rule of a stream that the README numbers has a test that is named after it", () => {
  const readme = readFileSync(join(root, "README.md"), "utf8");
  const numbered = /\*\*The rules of a stream\.\*\*(.*?)\n\n/s.exec(readme)?.[1] ?? "";
  const rules = [...numbered.matchAll(/\((\d+)\)/g)].map(([, number]) => `rule ${number}`);
  assert.equal(rules.length, 14);
  const tests = globSync("src/**/*.test.ts", { cwd: root }).map((file) => readFileSync(join(root, file), "utf8"));
  const untested = rules.filter((rule) => !tests.some((text) => new RegExp(`["\`]${rule}[:"]`).test(text)));
  assert.deepEqual(untested, []);
});
