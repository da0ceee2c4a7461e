import { printable } from "@hey/runtime";
import { count, milliseconds, plural } from "./figures.ts";
import type { ScoreBoard } from "./score.ts";
import { columns, replicaTable, type View } from "./table.ts";

const mostRows = 20;

/** The end of a run in words. */
export function summaryText(view: View): string {
  const { target, board } = view;
  const { messages, calls, conversations, tells, reconnects } = board;
  const blocks = [
    `${target}, ${((view.nowMs - view.startedAtMs) / 1_000).toFixed(1)} s`,
    [
      ["messages", `${count(messages.received)} received, ${faults(board)}`],
      ["conversations", ends(conversations)],
      ["tells", `${count(tells.whole)} whole, ${count(tells.resent)} sent again, ${tellFaults(tells)}`],
      [
        "calls",
        `${count(calls.ok)} answered, p50 ${milliseconds(board.p50Ms)}, p99 ${milliseconds(board.p99Ms)}; ${failures(board)}`,
      ],
      ["reconnects", `${count(reconnects.count)}${longestGap(board)}`],
    ]
      .map(([label = "", words = ""]) => ` ${label.padEnd(15)}${words}`)
      .join("\n"),
    replicaTable(board.replicas, ({ lastSeenMs }) => `${((lastSeenMs - view.startedAtMs) / 1_000).toFixed(1)} s`),
  ];
  if (reconnects.count > 0) blocks.push(reconnectTable(view));
  if (board.problems.length > 0)
    blocks.push(
      ["Problems:", ...board.problems.map(({ words, count: times }) => `  ${count(times)} × ${printable(words)}`)].join(
        "\n",
      ),
    );
  return `${blocks.join("\n\n")}\n`;
}

function ends({ whole, cut, failed }: ScoreBoard["conversations"]): string {
  return `${count(whole)} whole, ${count(cut)} cut by the stop, ${count(failed)} failed`;
}

function tellFaults({ wrong, failed }: ScoreBoard["tells"]): string {
  return `${count(wrong)} with a wrong summary, ${count(failed)} failed`;
}

function longestGap({ reconnects: { count: times, longestGapMs } }: ScoreBoard): string {
  return times === 0 ? "" : `, the longest gap ${milliseconds(longestGapMs)}`;
}

function faults({ messages: { lost, duplicated, outOfOrder, unasked } }: ScoreBoard): string {
  const words = `${count(lost)} lost, ${count(duplicated)} duplicated, ${count(outOfOrder)} out of order`;
  return unasked === 0 ? words : `${words}, ${count(unasked)} that nobody asked for`;
}

function failures({ calls: { failed, byCode } }: ScoreBoard): string {
  const codes = Object.entries(byCode).map(([code, times]) => `${code} ${count(times)}`);
  return `${count(failed)} failed${codes.length === 0 ? "" : ` (${codes.join(", ")})`}`;
}

function reconnectTable({ board: { reconnects }, startedAtMs }: View): string {
  const shown = reconnects.newest.slice(-mostRows);
  const table = columns(
    [">at", "conversation", "ended with", "from", "to", ">attempts", ">gap"],
    shown.map(({ atMs, conversationId, code, from, to, attempts, gapMs }) => [
      `${((atMs - startedAtMs) / 1_000).toFixed(1)} s`,
      conversationId,
      code,
      from || "-",
      to,
      count(attempts),
      milliseconds(gapMs),
    ]),
  );
  const hidden = reconnects.count - shown.length;
  return hidden === 0 ? table : `${table}\n  and ${plural(hidden, "earlier reconnect")}`;
}

/** The end of a run as JSON: one object, times in milliseconds since the run began. */
export function summaryJson({ target, startedAtMs, nowMs, board }: View, exitCode: number): string {
  const { newest, ...reconnects } = board.reconnects;
  const { running: _, ...conversations } = board.conversations;
  return `${JSON.stringify({
    target,
    seconds: (nowMs - startedAtMs) / 1_000,
    exitCode,
    messages: board.messages,
    conversations,
    tells: board.tells,
    calls: { ...board.calls, p50Ms: board.p50Ms, p99Ms: board.p99Ms },
    reconnects: { ...reconnects, newest: newest.map(({ atMs, ...rest }) => ({ atMs: atMs - startedAtMs, ...rest })) },
    renewals: board.renewals,
    replicas: board.replicas.map(({ lastSeenMs, ...rest }) => ({ ...rest, lastSeenMs: lastSeenMs - startedAtMs })),
    problems: board.problems,
  })}\n`;
}
