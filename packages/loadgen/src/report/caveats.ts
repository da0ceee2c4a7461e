import { type Accounting, imbalance } from "../drive/accounting.ts";
import { countUpTo, type Histogram } from "../record/histogram.ts";
import type { StreamRecording } from "../record/stream-recorder.ts";
import { counted, formatCount } from "./format.ts";
import type { Report } from "./report.ts";

interface Counts {
  readonly measured: Accounting;
  readonly warmup: Accounting;
  readonly warmupFailed: number;
  readonly retries: number;
  readonly load: Pick<Report["load"], "model" | "warmupMs">;
  readonly lateness: Histogram;
  readonly streams: Pick<StreamRecording, "unsent" | "unanswered" | "unmatched" | "uneven">;
  /** The response times of all calls. */
  readonly response: Pick<Histogram, "count" | "clamped">;
}

/** What of the counts of a run a reader has to know, in words. */
export function caveatsOf(counts: Counts): string[] {
  const { measured, warmup, warmupFailed, retries, load, lateness, streams, response } = counts;
  const caveats: string[] = [...imbalance(measured), ...imbalance(warmup)].map(
    (text) => `the books do not balance: ${text}`,
  );
  if (measured.queued > 0) {
    caveats.push(
      `${counted(measured.queued, ["planned call was", "planned calls were"])} still waiting to be started at the end: their waits are in no percentile`,
    );
  }
  if (measured.dropped > 0) {
    const dropped = counted(measured.dropped, ["planned call was", "planned calls were"]);
    caveats.push(`${dropped} dropped: too many were in flight`);
  }
  if (measured.cancelled > 0) {
    const cut = counted(measured.cancelled, ["call was", "calls were"]);
    caveats.push(`${cut} cut off at the end of the drain: their times are in no percentile`);
  }
  if (retries > 0) {
    const calls = measured.started + warmup.started;
    caveats.push(
      `${formatCount(calls + retries)} attempts were made for ${counted(calls, ["call", "calls"])}: a call counts once, with its last status and the time of all its attempts`,
    );
  }
  caveats.push(...streamCaveats(streams));
  if (warmupFailed > 0) caveats.push(`${counted(warmupFailed, ["call", "calls"])} of the warm-up failed`);
  if (response.clamped > 0)
    caveats.push(`${counted(response.clamped, ["call", "calls"])} took more than an hour, which counts as one hour`);
  if (load.warmupMs === 0 && response.count > 0) {
    caveats.push("there was no warm-up (--warmup): the first calls are slower, here and at the server");
  }
  const late = lateness.count - countUpTo(lateness, 10_000);
  if (load.model === "open" && late > lateness.count / 100) {
    caveats.push(
      `${counted(late, ["call", "calls"])} started more than 10 ms after the planned time; it is in the response times`,
    );
  }
  return caveats;
}

function streamCaveats({ unsent, unanswered, unmatched, uneven }: Counts["streams"]): string[] {
  const caveats: string[] = [];
  if (unsent > 0) {
    caveats.push(
      `${counted(unsent, ["message was", "messages were"])} due and could not be written before their stream ended: they are in no figure, and would be late`,
    );
  }
  if (unanswered > 0)
    caveats.push(`${counted(unanswered, ["message", "messages"])} got no answer: they are in no round trip`);
  if (unmatched > 0)
    caveats.push(
      `${counted(unmatched, ["answer belongs", "answers belong"])} to no message: they are in no round trip`,
    );
  if (uneven > 0) {
    caveats.push(
      `${counted(uneven, ["stream", "streams"])} had not as many answers as messages: matched by order (fifo), their round trips may be those of other messages; see --match field:PATH`,
    );
  }
  return caveats;
}
