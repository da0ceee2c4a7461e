import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { test } from "node:test";
import { readCommand } from "./command.ts";
import { lessons } from "./lessons/lessons.ts";
import { readPage } from "./page.ts";
import { checkout } from "./places.ts";
import { toSample } from "./sample.ts";
import { sampleText } from "./sample-text.ts";

const fence = "```";

test("the blocks under a step's comment are what a page has its reader do", () => {
  const page = readPage(`# What happens

<!-- step: one -->
${fence}sh
npx hey-mesh reset
npx hey-mesh status
${fence}

<!-- step: two, compose -->
${fence}yaml
services: {}
${fence}

${fence}text
only looked at
${fence}
`);
  assert.deepEqual(page, {
    title: "What happens",
    steps: [
      {
        name: "one",
        worlds: ["local", "compose"],
        language: "sh",
        lines: ["npx hey-mesh reset", "npx hey-mesh status"],
      },
      { name: "two", worlds: ["compose"], language: "yaml", lines: ["services: {}"] },
    ],
  });
});

for (const [what, page, expected] of [
  ["commands that no lesson performs", `# T\n${fence}sh\nrm -r x\n${fence}\n`, /expected <!-- step: NAME -->.*rm -r x/],
  [
    "a block in another language",
    `# T\n${fence}js\n1\n${fence}\n`,
    /expected a block of sh, yaml, diff, json or text, got "js"/,
  ],
  ["no title", "words", /expected a title/],
] as const) {
  test(`${what}: an error that says so`, () => assert.throws(() => readPage(page), expected));
}

const folder = join(checkout, "docs/lessons");
const pages = globSync("*.md", { cwd: folder })
  .map((file) => basename(file, ".md"))
  .filter((name) => name !== "README");

test("every page has its lesson, and every lesson its page", () => {
  assert.deepEqual(pages.toSorted(), lessons.map(({ name }) => name).toSorted());
});

test("the index of the lessons has every page with its title", () => {
  const index = readFileSync(join(folder, "README.md"), "utf8");
  const missing = pages.filter((name) => {
    const { title } = readPage(readFileSync(join(folder, `${name}.md`), "utf8"));
    return !index.includes(`[${name}](${name}.md) | ${title} |`);
  });
  assert.deepEqual(missing, []);
});

for (const { name } of lessons.filter(({ worlds }) => !worlds.includes("compose"))) {
  test(`${name}: its page says why it is not played with compose`, () => {
    // Split over two lines where it is long.
    const words = readFileSync(join(folder, `${name}.md`), "utf8").replaceAll("\n", " ");
    assert.match(words, /With Docker [^.]*by hand only: [^.]+\./);
  });
}

const headings = sampleText(toSample([], [])).split("\n")[0]?.trim().replaceAll(/ +/g, " ");

for (const name of pages) {
  const markdown = readFileSync(join(folder, `${name}.md`), "utf8");

  test(`${name}: its commands are of the kinds that a lesson can play`, () => {
    const { steps } = readPage(markdown);
    assert.ok(steps.length > 0);
    for (const { language, lines } of steps) {
      if (language === "sh") for (const line of lines) readCommand(line, () => "127.0.0.1:1");
    }
    assert.match(markdown, new RegExp(`\`npm run lesson ${name}\` plays this page`));
  });

  test(`${name}: what it shows was printed by the lesson as it is now`, () => {
    const captures = [...markdown.matchAll(/<!-- captured: npm run lesson ([\w-]+) -->\n```text\n(.*?)```/gs)];
    assert.deepEqual(
      captures.map(([, lesson]) => lesson),
      [name],
    );
    const tables = captures.flatMap(([, , text = ""]) => text.match(/^ replica .*$/gm) ?? []);
    assert.deepEqual(
      new Set(tables.map((line) => line.trim().replaceAll(/ +/g, " "))),
      new Set(tables.length > 0 ? [headings] : []),
    );
    assert.match(captures[0]?.[2] ?? "", /^ {2}holds /m);
  });
}
