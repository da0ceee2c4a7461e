import { atLeast, atMost, exactly, type Finding } from "../finding.ts";
import { lesson } from "../lesson.ts";
import type { Sample } from "../sample.ts";

export interface CircuitBreakingSeen {
  readonly before: Sample;
  readonly limited: Sample;
}

/** What the page's step says. */
const maxCalls = 10;
const workMs = 300;
/** Three times as many calls under way as may be. */
const plan = { calls: 200, perSecond: 100, request: { workNs: BigInt(workMs * 1_000_000) } };

export const circuitBreaking = lesson<CircuitBreakingSeen>({
  name: "circuit-breaking",
  worlds: ["local", "compose"],
  async play({ step, sample }) {
    const before = await sample("100 calls a second that take 300 ms each: 30 under way", plan);
    await step("limit");
    return { before, limited: await sample("the same with at most ten under way", plan) };
  },
  check: checkCircuitBreaking,
});

/** As many calls as may be are under way all the time; what is beyond fails at once and comes to no server. */
export function checkCircuitBreaking({ before, limited }: CircuitBreakingSeen): readonly Finding[] {
  // Each place is taken for as long as the work, so it is free for a next call so many times.
  const most = maxCalls * (Math.floor(limited.tookMs / workMs) + 1);
  // Nothing is slower than the slowest, and a place that is free waits for the next call, and for one that came too early.
  const gapMs = 1_000 / plan.perSecond;
  const least = maxCalls * Math.floor((plan.calls * gapMs) / ((limited.p99Ms ?? 0) + 2 * gapMs));
  const unavailable = limited.codes["UNAVAILABLE"] ?? 0;
  return [
    exactly("calls that failed without a limit", 0, before.failed),
    atLeast("calls that failed with it", 1, unavailable),
    atMost("calls that were answered", most, limited.calls - limited.failed, `ten at a time for ${workMs} ms each`),
    atLeast("the same, at the least", least, limited.calls - limited.failed, "nobody waits while a place is free"),
    exactly("failures of another kind, or at a server", 0, limited.failed - Math.min(unavailable, limited.nowhere)),
    atMost("the median, in ms", workMs - 1, Math.floor(limited.p50Ms ?? workMs), "most calls are told at once"),
  ];
}
