import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { test } from "node:test";

const read = (path: string) => readFileSync(new URL(path, import.meta.url), "utf8");
const bench = globSync("../../../bench/src/traps/*.ts", { cwd: import.meta.dirname })
  .map(read)
  .join("\n");
const rows = [...read("../../../docs/measuring.md").matchAll(/^\| T(\d+) \|.*\| ([^|]*) \|$/gm)].map(
  ([, number = "", shownBy = ""]) => ({ trap: `T${number}`, shownBy }),
);

test("the page on measuring has a row for each trap, in order", () => {
  assert.deepEqual(
    rows.map(({ trap }) => trap),
    Array.from({ length: 42 }, (_, index) => `T${index + 1}`),
  );
});

for (const { trap, shownBy } of rows) {
  test(`what the page on measuring names for ${trap} is there, by that name`, () => {
    for (const place of shownBy.split(", ")) {
      if (place === "does not apply") continue;
      const [, benchName] = /^`npm run bench -- (\w+)`$/.exec(place) ?? [];
      if (benchName !== undefined) {
        assert.match(
          read(`../../../bench/src/${benchName}.ts`),
          new RegExp(`\\b${trap}\\b`),
          `${place} is about ${trap}`,
        );
      } else if (place === "bench") assert.ok(bench.includes(`trap: "${trap}"`), `the bench has a finding of ${trap}`);
      else {
        const [, file = ""] = /^`(.+\.test\.ts)`$/.exec(place) ?? assert.fail(`expected a test file; got ${place}`);
        const text = read(file.endsWith(".e2e.test.ts") ? `../../../e2e/${file}` : file);
        assert.ok(new RegExp(`\\b${trap}: `).test(text), `${file} has a test of ${trap}`);
      }
    }
  });
}

test("every test that is named after a trap is on the page", () => {
  const files = globSync(["**/*.test.ts", "../../../e2e/*.test.ts"], { cwd: import.meta.dirname });
  for (const file of files) {
    const named = read(file).matchAll(/\b(?:test\(|\[)\s*["`](?:[^"`]*\s)?T(\d+): /g);
    for (const [, number = ""] of named) {
      const { shownBy = "" } = rows.find(({ trap }) => trap === `T${number}`) ?? {};
      assert.ok(shownBy.includes(`\`${file.replace("../../../e2e/", "")}\``), `T${number} of ${file} is in its row`);
    }
  }
});
