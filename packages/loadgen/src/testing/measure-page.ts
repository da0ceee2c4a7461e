import type { Page } from "playwright-core";

/** A label of a chart, in px of the page. */
interface Label {
  readonly text: string;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly height: number;
}

/** Labels that cover each other. */
export function overlaps(labels: readonly Label[]): readonly string[] {
  return labels.flatMap((one, index) =>
    labels
      .slice(index + 1)
      .filter(
        (other) =>
          one.left < other.right &&
          other.left < one.right &&
          one.top < other.top + other.height &&
          other.top < one.top + one.height,
      )
      .map((other) => `${one.text} and ${other.text}`),
  );
}

/** What `measure` uses of a browser; the library of the DOM's types would be there for every file of the repository. */
interface Shown {
  readonly parentElement: Shown | null;
  readonly childNodes: Iterable<ShownText>;
  readonly textContent: string;
  readonly scrollWidth: number;
  readonly clientWidth: number;
  querySelectorAll(selector: string): Iterable<Shown>;
  getBoundingClientRect(): Omit<Label, "text">;
}
interface ShownText {
  readonly nodeType: number;
  readonly textContent: string;
}
declare const document: {
  createRange(): {
    selectNodeContents(of: ShownText | undefined): void;
    getClientRects(): { readonly length: number };
  };
  readonly documentElement: { readonly scrollWidth: number };
  readonly body: { readonly innerText: string };
  querySelectorAll(selector: string): Iterable<Shown>;
};
declare function getComputedStyle(of: Shown): { color: string; backgroundColor: string };

/** The page's width, its words, and the text that stands out least from what is behind it. */
export async function measure(page: Page) {
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
      const ink = luminance(getComputedStyle(element).color);
      const paper = luminance(behind(element));
      const contrast = (Math.max(ink, paper) + 0.05) / (Math.min(ink, paper) + 0.05);
      if (contrast < lowest.contrast) lowest = { contrast, text: own };
    }
    const labels = Array.from(document.querySelectorAll(".chart span"), (element) => {
      const { left, right, top, height } = element.getBoundingClientRect();
      return { text: element.textContent, left, right, top, height };
    }).filter(({ height }) => height > 0);
    const shown = (chart: Shown, selector: string) =>
      Array.from(chart.querySelectorAll(selector)).filter((each) => each.getBoundingClientRect().height > 0).length;
    const axes = Array.from(document.querySelectorAll("figure"), (chart) => ({
      ...{ chart: chart.textContent.slice(0, 30), x: shown(chart, ".x"), y: shown(chart, ".y") },
    }));
    const hidden = Array.from(document.querySelectorAll(".scroll"))
      .filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth)
      .map(({ textContent }) => textContent.slice(0, 60));
    // More than this is text, which is broken between its words.
    const broken = Array.from(document.querySelectorAll("td:not(:first-child)"))
      .map((cell) => Array.from(cell.childNodes).at(-1))
      .filter((value) => value !== undefined && value.textContent.length <= 20)
      .filter((value) => {
        const range = document.createRange();
        range.selectNodeContents(value);
        return range.getClientRects().length > 1;
      })
      .map((value) => value?.textContent);
    return {
      hidden,
      broken,
      axes,
      labels,
      scrollWidth: document.documentElement.scrollWidth,
      text: document.body.innerText,
      lowest,
    };
  });
}

/** On how many lines each piece of the title stands. */
export async function linesOfTitle(page: Page): Promise<readonly number[]> {
  return await page.locator("h1").evaluate((title: Shown) =>
    Array.from(title.childNodes, (word) => {
      const range = document.createRange();
      range.selectNodeContents(word);
      return range.getClientRects().length;
    }),
  );
}
