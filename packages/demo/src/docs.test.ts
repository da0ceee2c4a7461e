import assert from "node:assert/strict";
import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const checkout = fileURLToPath(new URL("../../..", import.meta.url));
const documents = globSync(["*.md", "docs/**/*.md", "packages/*/README.md"], { cwd: checkout });
const read = (file: string) => readFileSync(join(checkout, file), "utf8");

/** The anchors that a Markdown page has, as GitHub makes them of its headings. */
function anchors(file: string): readonly string[] {
  return [...read(file).matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\d\s_-]/gu, "")
      .replaceAll(" ", "-"),
  );
}

test("the documents are there to be checked", () => {
  assert.ok(documents.includes("README.md"));
  assert.ok(documents.includes(join("docs", "features.md")));
});

for (const document of documents) {
  test(`${document}: every link leads somewhere`, () => {
    const links = [...read(document).matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)/g)];
    const broken = links.flatMap(([link, path = "", anchor]) => {
      const target = path === "" ? document : join(dirname(document), path);
      if (!existsSync(join(checkout, target))) return [link];
      return anchor === undefined || anchors(target).includes(anchor) ? [] : [link];
    });
    assert.deepEqual(broken, []);
  });

  test(`${document}: has nobody run a program with another Node than the one that npm ci brings`, () => {
    // npx and npm run have it first on their PATH; before 24 Node knows no .ts.
    const others = read(document).match(/(?<!npx )\bnode (?:--test\b|\S+\.ts\b)/g);
    assert.deepEqual(others ?? [], []);
  });

  test(`${document}: every file that it names is there`, () => {
    const named = [...read(document).matchAll(/`((?:packages|e2e|bench|mesh|docs)\/[\w./-]+)`/g)];
    const missing = named.flatMap(([, path = ""]) => (existsSync(join(checkout, path)) ? [] : [path]));
    // Made by npm ci, and so absent before it.
    assert.deepEqual(
      missing.filter((path) => !path.startsWith("packages/proto/src/gen")),
      [],
    );
  });
}

test("every decision is in the index", () => {
  const files = globSync("*-*.md", { cwd: join(checkout, "docs/decisions") });
  const index = read("docs/decisions/README.md");
  assert.deepEqual(
    files.filter((file) => !index.includes(`](${file})`)),
    [],
  );
});
