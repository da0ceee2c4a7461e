/** What a person or a program reads of a run: the live table, the line a second, the summary. */
import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { test } from "node:test";
import { milliseconds, plural } from "./figures.ts";
import { hintKinds, hints } from "./hints.ts";
import { openScreen } from "./screen.ts";
import { scriptedScore } from "./scripted-board.ts";
import { secondLine } from "./second-line.ts";
import { summaryJson, summaryText } from "./summary.ts";
import { liveTable } from "./table.ts";

const target = "xds:///heyhow";
const view = () => ({ target, startedAtMs: 1_000, nowMs: 61_500, board: scriptedScore().board() });

test("figures have three digits and words have their plural", () => {
  assert.deepEqual([0.1234, 4.567, 45.67, 1_234.5, undefined].map(milliseconds), [
    "0.12 ms",
    "4.57 ms",
    "45.7 ms",
    "1,235 ms",
    "-",
  ]);
  assert.deepEqual([plural(1, "call"), plural(2_000, "call")], ["1 call", "2,000 calls"]);
});

test("the live table has a row for each replica and the run's figures below", () => {
  assert.equal(
    liveTable(view()),
    `xds:///heyhow   60 s   0 conversations under way

 replica   version  zone  calls  messages      p50      p99  errors  last seen
 server-1  v1       a     1,200         0  2.01 ms  2.01 ms       1   56 s ago
 server-2  v2       b         1         1  40.2 ms  40.2 ms       0        now

 messages 5   lost 2   duplicated 1   out of order 1
 calls 1,201   failed 1   reconnects 1
 last reconnect 30 s ago: CANCELLED, server-1 to server-2, gap 123 ms
 last problem: Say: UNAVAILABLE: read ECONNRESET`,
  );
});

test("the live table leaves out who was not heard from for a minute, the summary does not", () => {
  const later = { ...view(), nowMs: 70_000 };
  assert.doesNotMatch(liveTable(later), /server-1 +v1/);
  assert.match(liveTable(later), /server-2 +v2.*\n and 1 replica not heard from for a minute$/m);
  assert.match(summaryText(later), /server-1 +v1/);
});

test("what replicas say of themselves cannot move the cursor or begin a row", () => {
  const score = scriptedScore();
  const replica = { name: "server\u001b[2J", version: "v1\nforged", zone: "a" };
  score.called({ replica, latencyMs: 1, nowMs: 61_000 });
  score.problem("Say: UNAVAILABLE: one\r\u001b[1Atwo");
  score.reconnected({
    atMs: 31_000,
    conversationId: "c-2",
    from: "server-1",
    to: replica.name,
    code: "CANCELLED",
    gapMs: 1,
    attempts: 1,
  });
  const board = score.board();
  const texts = [
    liveTable({ ...view(), board }),
    summaryText({ ...view(), board }),
    secondLine(1_000, board, { before: undefined, p50Ms: 1, p99Ms: 1 }),
  ];
  for (const text of texts) {
    assert.match(text, /server\\x1b\[2J/);
    // Line ends are the text's own: everything else that controls a terminal is written out.
    assert.doesNotMatch(text.replaceAll("\n", ""), /\p{Cc}/u);
    assert.doesNotMatch(text, /^forged/m);
  }
});

test("the line a second says what came since the line before, and from whom", () => {
  const score = scriptedScore();
  const before = score.board();
  assert.match(
    secondLine(1_000, before, { before: undefined, p50Ms: 2, p99Ms: 40 }),
    /^ {3}1 s {2}1,201 calls {2}5 messages {2}p50 2\.00 ms .* failed 1 {2}lost 2 {2}duplicated 1 {2}reconnects 1 {2}\| server-1 v1\/a 1,200, server-2 v2\/b 2$/,
  );
  score.called({ replica: { name: "server-3", version: "v2", zone: "c" }, latencyMs: 1, nowMs: 62_000 });
  assert.match(
    secondLine(2_000, score.board(), { before, p50Ms: 1, p99Ms: 1 }),
    /^ {3}2 s {2}1 call {2}0 messages .*\| server-3 v2\/c 1$/,
  );
  const now = score.board();
  assert.match(
    secondLine(3_000, now, { before: now, p50Ms: undefined, p99Ms: undefined }),
    /p50 - .*\| no replica answered$/,
  );
});

test("the summary names what was lost, duplicated and out of order, each replica, and each reconnect with its gap", () => {
  assert.equal(
    summaryText(view()),
    `xds:///heyhow, 60.5 s

 messages       5 received, 2 lost, 1 duplicated, 1 out of order
 conversations  1 whole, 0 cut by the stop, 0 failed
 tells          1 whole, 0 sent again, 0 with a wrong summary, 0 failed
 calls          1,201 answered, p50 2.01 ms, p99 2.01 ms; 1 failed (UNAVAILABLE 1)
 reconnects     1, the longest gap 123 ms

 replica   version  zone  calls  messages      p50      p99  errors  last seen
 server-1  v1       a     1,200         0  2.01 ms  2.01 ms       1      4.0 s
 server-2  v2       b         1         1  40.2 ms  40.2 ms       0     60.0 s

     at  conversation  ended with  from      to        attempts     gap
 30.0 s  c-1           CANCELLED   server-1  server-2         2  123 ms

Problems:
  1 × Say: UNAVAILABLE: read ECONNRESET
`,
  );
});

test("the summary as JSON has the same figures, times counted from the start", () => {
  const summary = JSON.parse(summaryJson(view(), 1));
  assert.deepEqual(summary.messages, { received: 5, lost: 2, duplicated: 1, outOfOrder: 1, unasked: 0 });
  assert.equal(summary.exitCode, 1);
  assert.equal(summary.seconds, 60.5);
  assert.equal(summary.renewals, 1);
  assert.equal(summary.reconnects.newest[0].atMs, 30_000);
  assert.equal(summary.replicas[1].lastSeenMs, 60_000);
  assert.deepEqual(summary.calls.byCode, { UNAVAILABLE: 1 });
});

test("only the newest reconnects are listed, and the others counted", () => {
  const score = scriptedScore();
  const { newest } = score.board().reconnects;
  for (let index = 0; index < 30; index++) for (const reconnect of newest) score.reconnected(reconnect);
  assert.match(summaryText({ ...view(), board: score.board() }), /and 11 earlier reconnects$/m);
});

/** What is written to a stream that is a terminal or none. */
function output(isTTY: boolean) {
  const stream = Object.assign(new PassThrough(), { isTTY, columns: 100, rows: 40 });
  let written = "";
  stream.on("data", (text) => {
    written += text;
  });
  return { stream, written: () => written };
}

test("on a terminal the table is shown at once and taken away at the end", () => {
  const { stream, written } = output(true);
  {
    using _screen = openScreen(stream, { target, score: scriptedScore(), startedAtMs: 1_000, nowMs: () => 61_500 });
    assert.match(written(), /replica +version +zone .*server-1 +v1 +a .*server-2/s);
  }
  // Erased, so that the summary stands in its place.
  assert.ok(written().lastIndexOf("\u001B[2K") > written().lastIndexOf("server-2"));
});

test("elsewhere nothing is drawn, but a line a second", async (context) => {
  context.mock.timers.enable({ apis: ["setInterval"] });
  const { stream, written } = output(false);
  using _screen = openScreen(stream, { target, score: scriptedScore(), startedAtMs: 1_000, nowMs: () => 2_000 });
  assert.equal(written(), "");
  context.mock.timers.tick(2_000);
  assert.equal(written().split("\n").length, 3);
  assert.ok(!written().includes("\u001B"));
});

test("there are three things to try where there is something to try", () => {
  for (const kind of hintKinds) {
    const things = hints(kind)
      .split("\n")
      .filter((line) => /^ {2}\S/.test(line));
    assert.equal(things.length, kind === "none" ? 0 : 3);
  }
});
