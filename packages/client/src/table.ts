import { printable } from "@hey/runtime";
import Table from "cli-table3";
import { count, milliseconds, plural } from "./figures.ts";
import type { ReplicaScore, ScoreBoard } from "./score.ts";

/** A run as it is looked at. Times are milliseconds of its clock. */
export interface View {
  readonly target: string;
  readonly startedAtMs: number;
  readonly nowMs: number;
  readonly board: ScoreBoard;
}

const right = "right";
const plain = {
  chars: {
    top: "",
    "top-mid": "",
    "top-left": "",
    "top-right": "",
    bottom: "",
    "bottom-mid": "",
    "bottom-left": "",
    "bottom-right": "",
    left: " ",
    "left-mid": "",
    mid: "",
    "mid-mid": "",
    right: "",
    "right-mid": "",
    middle: "  ",
  },
  style: { "padding-left": 0, "padding-right": 0, head: [], border: [], compact: true },
};

/** Columns set with blanks alone; a heading that begins with ">" is set to the right with its column. */
export function columns(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const table = new Table({
    ...plain,
    head: headings.map((heading) => heading.replace(">", "")),
    colAligns: headings.map((heading) => (heading.startsWith(">") ? right : "left")),
  });
  table.push(...rows.map((row) => row.map(printable)));
  return table.toString().replaceAll(/ +$/gm, "");
}

/** The replicas' table. `lastSeen` puts the time since a replica was last heard from into words. */
export function replicaTable(replicas: readonly ReplicaScore[], lastSeen: (replica: ReplicaScore) => string): string {
  return columns(
    ["replica", "version", "zone", ">calls", ">messages", ">p50", ">p99", ">errors", ">last seen"],
    replicas.map((replica) => [
      replica.name,
      replica.version,
      replica.zone,
      count(replica.calls),
      count(replica.messages),
      milliseconds(replica.p50Ms),
      milliseconds(replica.p99Ms),
      count(replica.errors),
      lastSeen(replica),
    ]),
  );
}

/** How long a replica that is not heard from stays in the live table. */
const goneAfterMs = 60_000;

/** The live table: what a person watches while it runs. */
export function liveTable({ target, startedAtMs, nowMs, board }: View): string {
  const { messages, calls, reconnects, problems, conversations } = board;
  const present = board.replicas.filter(({ lastSeenMs }) => nowMs - lastSeenMs < goneAfterMs);
  const gone = board.replicas.length - present.length;
  const lines = [
    `${target}   ${seconds(nowMs - startedAtMs)}   ${plural(conversations.running, "conversation")} under way`,
    "",
    replicaTable(present, ({ lastSeenMs }) => ago(nowMs - lastSeenMs)),
    ...(gone === 0 ? [] : [` and ${plural(gone, "replica")} not heard from for a minute`]),
    "",
    ` messages ${count(messages.received)}   lost ${count(messages.lost)}   duplicated ${count(messages.duplicated)}   out of order ${count(messages.outOfOrder)}`,
    ` calls ${count(calls.ok)}   failed ${count(calls.failed)}   reconnects ${count(reconnects.count)}`,
  ];
  const newest = reconnects.newest.at(-1);
  if (newest !== undefined) {
    const { from, to, code, gapMs, atMs } = newest;
    lines.push(
      ` last reconnect ${ago(nowMs - atMs)}: ${code}, ${printable(from) || "-"} to ${printable(to)}, gap ${milliseconds(gapMs)}`,
    );
  }
  const problem = problems.at(-1);
  if (problem !== undefined) lines.push(` last problem: ${printable(problem.words)}`);
  return lines.join("\n");
}

function seconds(durationMs: number): string {
  return `${Math.floor(durationMs / 1_000)} s`;
}

function ago(durationMs: number): string {
  return durationMs < 1_500 ? "now" : `${seconds(durationMs)} ago`;
}
