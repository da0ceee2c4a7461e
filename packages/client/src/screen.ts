import type { Io } from "@hey/runtime";
import { createLogUpdate } from "log-update";
import type { Score, ScoreBoard } from "./score.ts";
import { secondLine } from "./second-line.ts";
import { liveTable } from "./table.ts";

const tableEveryMs = 250;
const lineEveryMs = 1_000;

/** What a screen shows. */
export interface Show {
  readonly target: string;
  readonly score: Score;
  readonly startedAtMs: number;
  nowMs(): number;
}

/** Shows a run while it runs: on a terminal a table that stays in place, elsewhere one line a second. */
export function openScreen(stderr: Io["stderr"], show: Show): Disposable {
  return stderr.isTTY ? openTable(stderr, show) : openLines(stderr, show);
}

function openTable(stderr: Io["stderr"], { target, score, startedAtMs, nowMs }: Show): Disposable {
  const update = createLogUpdate(stderr);
  const draw = () => update(liveTable({ target, startedAtMs, nowMs: nowMs(), board: score.board() }));
  draw();
  const timer = setInterval(draw, tableEveryMs);
  return {
    [Symbol.dispose]() {
      clearInterval(timer);
      // The summary has it all.
      update.clear();
      update.done();
    },
  };
}

function openLines(stderr: Io["stderr"], { score, startedAtMs, nowMs }: Show): Disposable {
  let before: ScoreBoard | undefined;
  const timer = setInterval(() => {
    const board = score.board();
    stderr.write(`${secondLine(nowMs() - startedAtMs, board, { before, ...score.recent() })}\n`);
    before = board;
  }, lineEveryMs);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}
