import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { type Browser, chromium } from "playwright-core";
import { ab, runAb } from "../ab/ab.ts";
import { searchToHtml } from "../find-max/show-search.ts";
import { linesOfTitle, measure, overlaps } from "../testing/measure-page.ts";
import { invocation, runCommand, runLoadgen } from "../testing/run-loadgen.ts";
import { longWords, search, step } from "../testing/sample-pages.ts";
import { startTestServer } from "../testing/test-server.ts";
import { toHtml } from "./html.ts";

const executablePath = process.env["HEY_CHROMIUM"] ?? "/usr/bin/chromium";

/** Without Chromium the page is not looked at in a browser: said loudly, and a failure where it is required. */
const skip =
  !existsSync(executablePath) && process.env["HEY_E2E"] !== "required"
    ? `SKIPPED: there is no Chromium at ${executablePath} (HEY_CHROMIUM names another one), so that the HTML report is not opened in a browser`
    : false;

const phone = { width: 360, height: 740 };
const tablet = { width: 660, height: 900 };
const desk = { width: 1280, height: 900 };

const looks = [
  ["a phone", phone, "light"],
  ["a phone", phone, "dark"],
  ["a tablet", tablet, "light"],
  ["a desk", desk, "light"],
  ["a desk", desk, "dark"],
] as const;

/** Every page that there is: what it has to say, and how many charts it draws. */
const pages = [
  [
    "the report of a run",
    "run",
    ["Thresholds", "Response times", "Rate", "Endpoints", "Status", "Generator", "Made by"],
    4,
  ],
  ["the report of one call", "one", ["Response times", "p99", "n/a"], 2],
  ["the report of streams", "streams", ["Messages", "first message", "between the messages", "p99.9", "max"], 6],
  ["the comparison of two sides", "ab", ["Generator", "Notes", "Made by", "95 % interval"], 1],
  ["the search for the highest rate", "find-max", ["Made by", "reached", "why", "met"], 1],
  ["a search of one rate", "find-max-of-one", ["Made by", "reached", "met"], 1],
  ["a search that missed for one reason", "find-max-missed", ["response.p99<50ms"], 1],
  ["a report of long words", "long-words", ["DashboardsService", "Thresholds", "Errors"], 4],
] as const;

describe("the HTML pages in a browser", { skip, timeout: 120_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), "report-page-"));
  const path = (name: string) => join(folder, `${name}.html`);
  let browser: Browser;

  before(async () => {
    await using server = await startTestServer();
    const name = ["--name", "a name that is rather long for a heading on a phone"];
    const output = (page: string) => [...name, "--quiet", "-O", `html=${path(page)}`, server.address];
    const made = [
      await runLoadgen(["--rps", "200", "-z", "3s", "--threshold", "response.p99<20s", ...output("run")]),
      await runLoadgen(["-n", "1", ...output("one")]),
      await runLoadgen([
        ...["--call", "heyhow.v1.HeyHowService/Talk", "-d", '{"conversationId":"c","sequence":{{.MessageNumber}}}'],
        ...["--rps", "20", "-z", "2s", "--stream-rps", "20", "--stream-call-count", "8", ...output("streams")],
      ]),
      await runCommand({ ...ab, run: (given, io) => runAb(given, io, invocation) }, [
        ...["--rps", "400", "-z", "3s", "--b=-m x-side=b", ...output("ab")],
      ]),
    ];
    for (const { code, stderr } of made) assert.equal(code, 0, stderr);
    writeFileSync(path("find-max"), searchToHtml(search));
    writeFileSync(path("long-words"), toHtml(longWords()));
    const missed = [step(300, 2_000), step(600, 80_000, ["response.p99<50ms"])];
    writeFileSync(path("find-max-missed"), searchToHtml({ ...search, steps: missed }));
    writeFileSync(path("find-max-of-one"), searchToHtml({ ...search, steps: search.steps.slice(0, 1) }));
    // In the background Chromium would ask the network for news of its own.
    const quiet = ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-quic"];
    browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu", ...quiet] });
  });

  after(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** The page as it is shown, and what the browser complained of or fetched besides it. */
  async function open(name: string, viewport: typeof phone, colorScheme: "light" | "dark") {
    const context = await browser.newContext({ viewport, colorScheme, offline: true });
    const page = await context.newPage();
    const complaints: string[] = [];
    const fetched: string[] = [];
    page.on("console", (message) => complaints.push(message.text()));
    page.on("pageerror", (error) => complaints.push(error.message));
    page.on("request", (request) => fetched.push(request.url()));
    await page.goto(`file://${path(name)}`);
    return { page, complaints, fetched, [Symbol.asyncDispose]: () => context.close() };
  }

  for (const [title, name, words, charts] of pages) {
    for (const [place, viewport, colorScheme] of looks) {
      test(`${title} is whole and readable on ${place}, ${colorScheme}`, async () => {
        await using shown = await open(name, viewport, colorScheme);
        const { page } = shown;
        assert.deepEqual(shown.complaints, []);
        assert.deepEqual(shown.fetched, [`file://${path(name)}`], "nothing else is fetched");
        const { scrollWidth, hidden, broken, text, lowest, labels, axes } = await measure(page);
        assert.deepEqual(broken, [], "no short value is broken");
        assert.deepEqual(hidden, [], "no table is wider than what is shown of it");
        assert.ok(scrollWidth <= viewport.width, `the page is ${scrollWidth} px wide on ${viewport.width}`);
        assert.ok(lowest.contrast >= 4.5, `contrast ${lowest.contrast.toFixed(2)} of "${lowest.text}"`);
        for (const { chart, x, y } of axes) assert.ok(x >= 2 && y >= 2, `${chart}: ${x} labels below, ${y} beside`);
        for (const label of labels) {
          assert.ok(label.height >= 9, `"${label.text}" is ${label.height} px high`);
          assert.ok(label.left >= 0 && label.right <= viewport.width, `"${label.text}" is cut off`);
        }
        assert.deepEqual(overlaps(labels), []);
        for (const each of words) assert.ok(text.includes(each), each);
      });
    }

    test(`the charts of ${title} are drawn`, async () => {
      await using shown = await open(name, desk, "light");
      const drawn = shown.page.locator("figure svg");
      assert.equal(await drawn.count(), charts);
      for (let index = 0; index < charts; index++) {
        const box = await drawn.nth(index).boundingBox();
        assert.ok(box !== null && box.width > 300 && box.height > 200, `chart ${index}: ${JSON.stringify(box)}`);
      }
    });
  }

  test("a run has a heat map of cells, and curves that span their chart", async () => {
    await using shown = await open("run", desk, "light");
    assert.ok((await shown.page.locator("svg .heat").count()) >= 3, "a cell for each second at least");
    for (const curve of ["a", "b"]) {
      const box = await shown.page.locator(`figure:nth-of-type(2) svg .line.${curve}`).first().boundingBox();
      assert.ok(box !== null && box.width > 100, `the curve ${curve} spans the chart: ${JSON.stringify(box)}`);
    }
  });

  test("a title is broken where its words end", async () => {
    await using shown = await open("long-words", phone, "light");
    const lines = await linesOfTitle(shown.page);
    assert.ok(lines.length > 3 && lines.every((count) => count <= 1), `${lines}`);
  });

  test("the figures of a small table stand near their names", async () => {
    await using shown = await open("run", desk, "light");
    const tables = shown.page.locator("table:not(.wide)");
    for (const table of await tables.all()) {
      const box = await table.boundingBox();
      assert.ok(box !== null && box.width < 600, `${box?.width}`);
    }
  });

  test("a comparison and a search draw both of their lines", async () => {
    for (const name of ["ab", "find-max"]) {
      await using shown = await open(name, desk, "light");
      for (const line of ["a", "b"]) {
        const box = await shown.page.locator(`figure svg .line.${line}`).first().boundingBox();
        assert.ok(box !== null && box.width > 100, `${name}: the line ${line}: ${JSON.stringify(box)}`);
      }
    }
  });
});
