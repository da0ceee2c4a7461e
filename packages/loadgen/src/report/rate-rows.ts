import { isGood } from "../drive/engine.ts";
import { counted, formatBytes, formatCount, formatRate, formatUs } from "./format.ts";
import type { Report } from "./report.ts";
import { statusCode } from "./status-names.ts";

/** What became of the calls, and of the messages of streams: a name, a count and a rate each. The rate may be empty. */
export function rateRows({
  accounting: { measured },
  rates: { windowMs, ...rate },
  load,
  target,
  streams,
  codes,
}: Report): readonly (readonly [string, string, string])[] {
  const rows: [string, string, string][] = [];
  if (load.model === "open") {
    rows.push(["planned", counted(measured.planned, ["call", "calls"]), formatRate(rate.plannedPerS)]);
  }
  const finished = `${formatCount(measured.finished)} finished in ${formatUs(windowMs * 1000)}`;
  rows.push(["calls", finished, formatRate(rate.finishedPerS)], ["good", goodStatuses(codes), formatRate(rate.okPerS)]);
  const lost = [
    [measured.dropped, "dropped"],
    [measured.queued, "still waiting at the end"],
    [measured.cancelled, "cut off at the end"],
  ] as const;
  for (const [count, what] of lost) if (count > 0) rows.push([what, formatCount(count), ""]);
  const messages = (count: number, bytes: number) => `${formatCount(count)}, ${formatBytes(bytes)}`;
  if (target.kind === "client_streaming" || target.kind === "bidi_streaming") {
    const { sent, sentBytes } = streams;
    rows.push(["messages sent", messages(sent, sentBytes), formatRate(rate.messagesSentPerS)]);
  }
  if (target.kind !== "unary") {
    const { received, receivedBytes } = streams;
    rows.push(["messages received", messages(received, receivedBytes), formatRate(rate.messagesPerS)]);
  }
  if (streams.answersCut > 0) rows.push(["answers", `${formatCount(streams.answersCut)} ended by us, as asked`, ""]);
  return rows;
}

/** OK alone, unless other statuses were expected: the table of statuses has their names. */
function goodStatuses(codes: Report["codes"]): string {
  const isOther = Object.keys(codes).some((name) => name !== "OK" && isGood(statusCode(name)));
  return isOther ? "status as expected" : "status OK";
}
