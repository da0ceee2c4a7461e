import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { type Browser, chromium, type Page } from "playwright-core";
import { runLoadgen } from "../testing/run-loadgen.ts";
import { startTestServer } from "../testing/test-server.ts";

const executablePath = process.env["HEY_CHROMIUM"] ?? "/usr/bin/chromium";

/** Without Chromium the page is not looked at in a browser: said loudly, and a failure where it is required. */
const skip =
  !existsSync(executablePath) && process.env["HEY_E2E"] !== "required"
    ? `SKIPPED: there is no Chromium at ${executablePath} (HEY_CHROMIUM names another one), so that the HTML report is not opened in a browser`
    : false;

const phone = { width: 360, height: 740 };
const desk = { width: 1280, height: 900 };

describe("the HTML report in a browser", { skip, timeout: 120_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), "report-page-"));
  const report = join(folder, "report.html");
  let browser: Browser;

  before(async () => {
    await using server = await startTestServer();
    const threshold = [
      "--threshold",
      "response.p99<20s",
      "--name",
      "a name that is rather long for a heading on a phone",
    ];
    const { code, stderr } = await runLoadgen([
      "--rps",
      "200",
      "-z",
      "3s",
      ...threshold,
      "-O",
      `html=${report}`,
      server.address,
    ]);
    assert.equal(code, 0, stderr);
    // In the background Chromium would ask the network for news of its own.
    const quiet = ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-quic"];
    browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu", ...quiet] });
  });

  after(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** The page as it is shown, and what the browser complained of or fetched besides it. */
  async function open(viewport: typeof phone, colorScheme: "light" | "dark") {
    const context = await browser.newContext({ viewport, colorScheme, offline: true });
    const page = await context.newPage();
    const complaints: string[] = [];
    const fetched: string[] = [];
    page.on("console", (message) => complaints.push(message.text()));
    page.on("pageerror", (error) => complaints.push(error.message));
    page.on("request", (request) => fetched.push(request.url()));
    await page.goto(`file://${report}`);
    return { page, complaints, fetched, [Symbol.asyncDispose]: () => context.close() };
  }

  for (const colorScheme of ["light", "dark"] as const) {
    for (const [place, viewport] of [
      ["a phone", phone],
      ["a desk", desk],
    ] as const) {
      test(`it is whole and readable on ${place}, ${colorScheme}`, async () => {
        await using shown = await open(viewport, colorScheme);
        const { page } = shown;
        assert.deepEqual(shown.complaints, []);
        assert.deepEqual(shown.fetched, [`file://${report}`], "nothing else is fetched");
        const { scrollWidth, text, lowest } = await measure(page);
        assert.ok(scrollWidth <= viewport.width, `the page is ${scrollWidth} px wide on ${viewport.width}`);
        assert.ok(lowest.contrast >= 4.5, `contrast ${lowest.contrast.toFixed(2)} of "${lowest.text}"`);
        for (const heading of ["Thresholds", "Response times", "Rate", "Endpoints", "Status", "Generator", "Made by"]) {
          assert.ok(text.includes(heading), heading);
        }
      });
    }
  }

  test("its charts are drawn: a heat map of cells, a curve of percentiles, a rate", async () => {
    await using shown = await open(desk, "light");
    const charts = shown.page.locator("figure svg");
    assert.equal(await charts.count(), 3);
    for (let index = 0; index < 3; index++) {
      const box = await charts.nth(index).boundingBox();
      assert.ok(box !== null && box.width > 300 && box.height > 80, `chart ${index}: ${JSON.stringify(box)}`);
    }
    assert.ok((await shown.page.locator("svg .heat").count()) >= 3, "a cell for each second at least");
    for (const name of ["a", "b"]) {
      const path = await shown.page.locator(`figure:nth-of-type(2) svg .line.${name}`).first().boundingBox();
      assert.ok(path !== null && path.width > 100, `the curve ${name} spans the chart: ${JSON.stringify(path)}`);
    }
  });
});

/** What `measure` uses of a browser; the library of the DOM's types would be there for every file of the repository. */
interface Shown {
  readonly parentElement: Shown | null;
  readonly childNodes: Iterable<{ readonly nodeType: number; readonly textContent: string }>;
  readonly namespaceURI: string;
}
declare const document: {
  readonly documentElement: { readonly scrollWidth: number };
  readonly body: { readonly innerText: string };
  querySelectorAll(selector: string): Iterable<Shown>;
};
declare function getComputedStyle(of: Shown): { color: string; fill: string; backgroundColor: string };

/** The page's width, its words, and the text that stands out least from what is behind it. */
async function measure(page: Page) {
  return await page.evaluate(() => {
    const channels = (color: string) => (color.match(/[\d.]+/g) ?? []).map(Number);
    const luminance = (color: string) => {
      const [red = 0, green = 0, blue = 0] = channels(color).map((value) => {
        const share = value / 255;
        return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    };
    const behind = (element: Shown | null): string => {
      if (element === null) return "rgb(255, 255, 255)";
      const { backgroundColor } = getComputedStyle(element);
      return channels(backgroundColor)[3] === 0 ? behind(element.parentElement) : backgroundColor;
    };
    let lowest = { contrast: 21, text: "" };
    for (const element of document.querySelectorAll("body *")) {
      const own = Array.from(element.childNodes, (node) => (node.nodeType === 3 ? node.textContent : ""))
        .join("")
        .trim();
      if (own === "") continue;
      const { color, fill } = getComputedStyle(element);
      const ink = luminance(element.namespaceURI.endsWith("/svg") ? fill : color);
      const paper = luminance(behind(element));
      const contrast = (Math.max(ink, paper) + 0.05) / (Math.min(ink, paper) + 0.05);
      if (contrast < lowest.contrast) lowest = { contrast, text: own };
    }
    return { scrollWidth: document.documentElement.scrollWidth, text: document.body.innerText, lowest };
  });
}
