import { printable } from "@hey/runtime";
import { count, milliseconds, plural } from "./figures.ts";
import type { ScoreBoard } from "./score.ts";

/** The figures of the time since the line before. */
export interface Since {
  /** The board as it was then; undefined for the first line. */
  readonly before: ScoreBoard | undefined;
  readonly p50Ms: number | undefined;
  readonly p99Ms: number | undefined;
}

/**
 * One line for where there is no terminal. Calls and messages are those since the line before, and so are the figures
 * of each replica that answered at all; what went wrong is counted from the start.
 */
export function secondLine(elapsedMs: number, board: ScoreBoard, { before, p50Ms, p99Ms }: Since): string {
  const parts = [
    `${String(Math.round(elapsedMs / 1_000)).padStart(4)} s`,
    plural(board.calls.ok - (before?.calls.ok ?? 0), "call"),
    plural(board.messages.received - (before?.messages.received ?? 0), "message"),
    `p50 ${milliseconds(p50Ms)}`,
    `p99 ${milliseconds(p99Ms)}`,
    `failed ${count(board.calls.failed)}`,
    `lost ${count(board.messages.lost)}`,
    `duplicated ${count(board.messages.duplicated)}`,
    `reconnects ${count(board.reconnects.count)}`,
  ];
  const earlier = new Map(before?.replicas.map((replica) => [replica.name, replica]));
  const replicas = board.replicas.flatMap(({ name, version, zone, calls, messages }) => {
    const now = calls + messages;
    const then = (earlier.get(name)?.calls ?? 0) + (earlier.get(name)?.messages ?? 0);
    return now === then ? [] : [`${printable(`${name} ${version}/${zone}`)} ${count(now - then)}`];
  });
  return `${parts.join("  ")}  | ${replicas.length === 0 ? "no replica answered" : replicas.join(", ")}`;
}
