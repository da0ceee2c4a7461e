import { atLeast, atMost, byChance, exactly, type Finding } from "../finding.ts";
import { lesson } from "../lesson.ts";
import type { Sample } from "../sample.ts";

export interface FaultsSeen {
  readonly before: Sample;
  readonly aborted: Sample;
  readonly delayed: Sample;
  readonly after: Sample;
}

const delayMs = 200;

export const faults = lesson<FaultsSeen>({
  name: "faults",
  worlds: ["local", "compose"],
  async play({ step, sample }) {
    const before = await sample("before", { calls: 300 });
    await step("abort");
    const aborted = await sample("three calls of ten aborted", { calls: 500 });
    await step("delay");
    const delayed = await sample("one call of ten delayed", { calls: 300, atATime: 30 });
    await step("off");
    return { before, aborted, delayed, after: await sample("and off again", { calls: 300 }) };
  },
  check: checkFaults,
});

/** So many calls are aborted before any server sees them, and so many come late. */
export function checkFaults({ before, aborted, delayed, after }: FaultsSeen): readonly Finding[] {
  return [
    byChance("calls aborted", { seen: aborted.codes["UNAVAILABLE"] ?? 0, of: aborted.calls, probability: 0.3 }),
    exactly("of these, calls that a server saw", 0, aborted.failed - aborted.nowhere),
    exactly("delayed calls that failed", 0, delayed.failed),
    atMost("the median with a tenth delayed, in ms", delayMs - 1, Math.floor(delayed.p50Ms ?? delayMs), "not delayed"),
    atLeast("the 99th percentile, in ms", delayMs, Math.ceil(delayed.p99Ms ?? 0), "among the delayed"),
    exactly("calls that failed before and after", 0, before.failed + after.failed),
  ];
}
