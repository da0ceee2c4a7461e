import assert from "node:assert/strict";
import { test } from "node:test";
import { record } from "../record/histogram.ts";
import { createRecorder } from "../record/recorder.ts";
import { figuresOf, type SeriesRow } from "../record/series.ts";
import { createReport } from "../report/create-report.ts";
import { printReport } from "../report/print.ts";
import type { Report } from "../report/report.ts";
import { book, course, runRecord } from "../testing/sample-run.ts";
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
    if (["meta", "br", "wbr", "rect"].includes(name) || rest.endsWith("/")) continue;
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

/** Forty conversations of ten messages each, in a run with a warm-up and four connections; one of them failed. */
function streams(more: Parameters<typeof runRecord>[0] = {}): Report {
  const recorder = createRecorder();
  for (let call = 0; call < 40; call++) {
    const dueMs = 2_000 + 100 * call;
    for (let message = 0; message < 10; message++) {
      const planned = dueMs + 10 * message;
      recorder.streams.sent(planned, planned + 1, 8);
      recorder.streams.received(60);
      recorder.streams.roundTrip(planned, planned + 1, planned + 4 + message);
      if (message > 0) recorder.message(planned + 4, 11 + (call % 3));
    }
    recorder.streams.ended({ answersCut: 1, unsent: 0, unanswered: 0, uneven: 0 });
    recorder.call(dueMs, dueMs + 1, dueMs + 5, dueMs + 110 + call, call === 0 ? 14 : 0, 1, "");
  }
  const { target, load, connect } = runRecord();
  for (const ms of [5, 7, 9, 11]) record(connect, ms * 1_000);
  return createReport(
    runRecord({
      ...{ recording: recorder.recording, connect },
      course: { ...course, warmup: { ...book, planned: 600, started: 600, finished: 600 } },
      target: { ...target, kind: "bidi_streaming", connections: 4, match: "field:sequence" },
      load: { ...load, warmupMs: 2_000 },
      ...more,
    }),
  );
}

/** The words of a page, each element's by itself. */
function wordsOf(html: string): readonly string[] {
  return html
    .replace(/<style>.*<\/style>/s, "")
    .split(/<[^>]*>|\n/)
    .map((text) => text.replaceAll("&lt;", "<").replaceAll("&#39;", "'").trim())
    .filter((text) => text !== "");
}

test("every figure of the summary is on the page, which draws what the summary's bars show", () => {
  for (const report of [streams(), createReport(runRecord())]) {
    const words = wordsOf(toHtml(report));
    const sentences = words.filter((text) => text.includes(" ")).join("\n");
    const figures = printReport(report)
      .split("\n")
      .filter((line) => !/^ *≤/.test(line))
      .flatMap((line) => line.trim().split(/ {2,}|[,:;] | \(/))
      .filter((text) => /\d/.test(text));
    assert.ok(figures.length > 5);
    for (const figure of figures) assert.ok(words.includes(figure) || sentences.includes(figure), figure);
  }
});

test("the page says what was left out as a warm-up, how connections were made, and what the verdict means", () => {
  const html = toHtml(streams());
  assert.match(html, /engine wire, 4 connections/);
  assert.match(html, /warm-up 2s: 600 calls, not in the figures/);
  assert.match(html, /ok: the times are the server&#39;s/);
  assert.match(html, /4 connections were made, in 5.00 ms to 11.0 ms/);
  const { load } = runRecord();
  const bare = toHtml(createReport(runRecord({ load: { ...load, warmupMs: 0 } })));
  assert.ok(!/warm-up \d|connections? (was|were) made/.test(bare));
});

test("what nothing was recorded of has no heading, and no row of its own", () => {
  const headings = (html: string) => Array.from(html.matchAll(/<h2>([^<]*)<\/h2>/g), ([, words]) => words);
  assert.deepEqual(headings(toHtml(createReport(runRecord()))), ["Response times", "Rate", "Generator", "Made by"]);
  assert.ok(headings(toHtml(streams())).includes("Messages"));
  const html = page(3);
  assert.deepEqual(headings(html), [
    "Response times",
    "Rate",
    "Endpoints",
    "Status",
    "Errors, each kind by one sample",
    "Generator",
    "Made by",
  ]);
  assert.ok(html.includes("response of good calls") && html.includes("lateness"));
  const closed = page(3, { load: { ...runRecord().load, model: "closed" } });
  assert.ok(!closed.includes("lateness") && !closed.includes('class="line b"'), "a line that would lie on another");
  assert.ok(!/<thead><tr>(<th><\/th>)+<\/tr>/.test(html), "no head without names");
});

/** The charts of a page: what each is called, and the names of its lines. */
function chartsOf(html: string): Readonly<Record<string, readonly string[]>> {
  const captions = html.matchAll(/<figcaption>(.*?)<\/figcaption>/g);
  return Object.fromEntries(
    Array.from(captions, ([, caption = ""]) => {
      const [title = "", ...lines] = wordsOf(caption);
      return [title, lines];
    }),
  );
}

test("the messages of streams have their curves: round trips, the wait for the first, and the gaps between them", () => {
  const charts = chartsOf(toHtml(streams()));
  assert.deepEqual(charts["percentiles of response times"], ["response", "service"]);
  assert.deepEqual(charts["percentiles of round trips"], ["from the planned writing", "from the actual writing"]);
  assert.deepEqual(charts["percentiles of waits for messages"], ["for the first", "between two"]);
});

test("a curve that nothing was recorded for is not there, and one that would lie on another neither", () => {
  assert.deepEqual(Object.keys(chartsOf(page(3))), [
    ...[
      "response times over time; the strongest colour is 17 calls",
      "percentiles of response times",
      "calls a second",
      "calls in flight",
    ],
  ]);
  const unpaced = createRecorder();
  for (let message = 0; message < 20; message++) {
    unpaced.streams.sent(undefined, 2_000, 8);
    unpaced.streams.roundTrip(2_000, 2_000, 2_005 + message);
  }
  unpaced.call(2_000, 2_001, 2_005, 2_050, 0, 1, "");
  const charts = chartsOf(toHtml(streams({ recording: unpaced.recording })));
  assert.deepEqual(charts["percentiles of round trips"], ["from the writing"]);
  assert.equal(charts["percentiles of waits for messages"], undefined);
});

/** A row of a second at whose end so many calls were under way, and so many planned ones waited. */
function second(atS: number, inFlight: number, queued: number): SeriesRow {
  const figures = { p50Us: 1, p99Us: 1, maxUs: 1, heat: [[1, 1]] } as const;
  return { atS, lengthS: 1, planned: 1, started: 1, ok: 1, failed: 0, inFlight, queued, ...figures };
}

test("an open loop shows how many calls were in flight, and how many had to wait for those", () => {
  const { load } = runRecord();
  const calm = [second(0, 3, 0), second(1, 4, 0)];
  const queue = [second(0, 4, 70), second(1, 4, 140)];
  assert.deepEqual(chartsOf(toHtml(streams({ series: calm })))["calls in flight"], ["in flight"]);
  const waited = toHtml(streams({ series: queue, load: { ...load, maxInFlight: 4 } }));
  assert.deepEqual(chartsOf(waited)["calls in flight"], ["in flight", "waiting to be started"]);
  assert.match(waited, /at most 4 calls were to be in flight; planned ones beyond that waited</);
  const dropped = toHtml(
    streams({
      ...{ series: calm, load: { ...load, maxInFlight: 4, whenFull: "drop" } },
      course: { ...course, measured: { ...book, planned: 50, started: 40, finished: 40, dropped: 10 } },
    }),
  );
  assert.match(dropped, /at most 4 calls were to be in flight; planned ones beyond that were dropped</);
  assert.doesNotMatch(toHtml(streams({ series: calm })), /were to be in flight/);
  const closed = toHtml(streams({ series: calm, load: { ...load, model: "closed" } }));
  assert.equal(chartsOf(closed)["calls in flight"], undefined);
});

test("counts are labelled by whole numbers, each of them once", () => {
  for (const most of [0, 1, 3, 900]) {
    const html = toHtml(streams({ series: [second(0, 0, 0), second(1, most, 0)] }));
    const [, chart = ""] = html.split("<figcaption>calls in flight");
    const labels = Array.from(chart.matchAll(/<span class="y" [^>]*>([^<]*)</g), ([, text]) => text ?? "");
    assert.ok(labels.length >= 2 && labels.every((text) => /^\d+$/.test(text)), `${labels}`);
    assert.deepEqual([...new Set(labels)], labels);
  }
});

test("the page says what each call's deadline was", () => {
  const { target } = runRecord();
  assert.match(toHtml(streams({ target: { ...target, timeoutMs: 20_000 } })), /a\.B\/C at a:1, deadline 20s</);
  assert.match(toHtml(streams()), /a\.B\/C at a:1, no deadline</);
});

test("what was not measured is no 0", () => {
  assert.match(toHtml(createReport(runRecord())), /slowest<\/span><b class="">n\/a</);
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

test("the page of a run that was stopped says so, and that of one which went to its end does not", () => {
  const stopped = (endReason: "signal" | "aborted") => page(3, { course: { ...course, endReason } });
  assert.match(stopped("signal"), /<p class="bad">stopped by a signal: this is what there was until then<\/p>/);
  assert.match(stopped("aborted"), /<p class="bad">aborted: this is what there was until then<\/p>/);
  assert.ok(!page(3).includes("until then"));
});
