import assert from "node:assert/strict";
import { test } from "node:test";
import { createRecorder } from "../record/recorder.ts";
import { figuresOf, type SeriesRow } from "../record/series.ts";
import { createReport } from "../report/create-report.ts";
import { course, runRecord } from "../testing/sample-run.ts";
import { toHtml } from "./html.ts";

/** A page of a run of so many seconds with a hundred calls each. */
function page(seconds: number, more: Parameters<typeof runRecord>[0] = {}): string {
  const recorder = createRecorder();
  const series: SeriesRow[] = [];
  for (let atS = 0; atS < seconds; atS++) {
    for (let call = 0; call < 100; call++)
      recorder.call(0, 1, 2, 2 + call, call === 0 ? 14 : 0, 1, "<script>alert(1)</script>");
    const figures = recorder.takeInterval(({ response }) => figuresOf(response));
    series.push({ atS, lengthS: 1, planned: 100, started: 100, ok: 99, failed: 1, inFlight: 0, queued: 0, ...figures });
  }
  return toHtml(createReport(runRecord({ recording: recorder.recording, series, ...more })));
}

test("the page is whole: every element that is opened is closed, in order", () => {
  const open: string[] = [];
  for (const [, slash, name = "", rest = ""] of page(30).matchAll(/<(\/?)([a-zA-Z][\w]*)([^>]*)>/g)) {
    if (["meta", "br", "rect"].includes(name) || rest.endsWith("/")) continue;
    if (slash === "/") assert.equal(open.pop(), name);
    else open.push(name);
  }
  assert.deepEqual(open, []);
});

test("the page loads nothing and runs nothing, whatever a server's messages say", () => {
  const html = page(3, { command: ["hey-loadgen", "-d", '{"a":"</pre><script>"}'] });
  assert.ok(!html.includes("<script"));
  assert.ok(html.includes("&lt;script&gt;alert(1)"));
  assert.ok(!/(src|href)=|url\(|@import/.test(html));
  assert.match(html, /Content-Security-Policy" content="default-src 'none'/);
});

test("the page shows figures, endpoints, errors, the generator and the command", () => {
  const html = page(30, { command: ["hey-loadgen", "--rps", "100", "-d", '{"count": 1}'] });
  for (const words of [
    "3,000",
    "10.0.0.1:9999",
    "UNAVAILABLE",
    "generator",
    "hey-loadgen --rps 100 -d &#39;{&quot;count&quot;: 1}&#39;",
  ]) {
    assert.ok(html.includes(words), words);
  }
  assert.ok(html.match(/class="heat"/g)?.length ?? 0 > 100);
});

test("the page says where an error came from, and how many planned calls were given up", () => {
  const measured = { planned: 310, started: 300, dropped: 7, queued: 3, finished: 300, cancelled: 0 };
  const html = page(3, { course: { ...course, measured } });
  assert.match(html, /<li>3 × UNAVAILABLE: .* \(at 10\.0\.0\.1:9999\)<\/li>/);
  assert.match(html, /dropped<\/span><b class="bad">7<.*not started<\/span><b class="bad">3</);
  assert.ok(!html.includes("cut off</span>"));
});

test("no place in a drawing is outside of it, or not a number", () => {
  for (const seconds of [0, 1, 2, 1_200]) {
    const html = page(seconds);
    assert.ok(!/NaN|Infinity|undefined/.test(html), `${seconds} s`);
    for (const [, x = ""] of html.matchAll(/ x="([^"]*)"/g)) assert.ok(Number(x) >= 0 && Number(x) <= 1000, x);
    for (const [, at = ""] of html.matchAll(/ style="\w+:([^"%]*)%"/g))
      assert.ok(Number(at) >= 0 && Number(at) <= 100, at);
  }
});

test("the page of a run of twenty minutes is small enough to be sent", () => {
  assert.ok(page(1_200).length < 600_000, `${page(1_200).length}`);
});
