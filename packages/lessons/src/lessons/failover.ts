import { atLeast, exactly, type Finding } from "../finding.ts";
import { lesson } from "../lesson.ts";
import { callsTo, type Sample } from "../sample.ts";

export interface FailoverSeen {
  readonly before: Sample;
  readonly failed: Sample;
  readonly back: Sample;
  /** The calls that were made while zone a came back. */
  readonly returning: Sample;
}

const calls = 200;
const inA = ({ zone }: { readonly zone: string }) => zone === "a";
const inB = ({ zone }: { readonly zone: string }) => zone === "b";

export const failover = lesson<FailoverSeen>({
  name: "failover",
  worlds: ["local", "compose"],
  async play({ world, step, sample, load, until }) {
    if (world.kind === "compose") await step("start");
    await step("zones");
    const before = await sample("zone a is well", { calls });
    const dying = await load("calls from before the deaths until zone b has taken over", { perSecond: 100 });
    await step("kill");
    await until("all in zone b", { calls: 20 }, (seen) => callsTo(seen, inB) === seen.calls);
    await dying.end();
    const failed = await sample("the servers of zone a are dead", { calls });
    const returning = await load("calls from before the return until zone a has all of them", { perSecond: 100 });
    await step("start-again");
    await until("all in zone a", { calls: 20 }, (seen) => callsTo(seen, inA) === seen.calls);
    const back = await sample("zone a is back", { calls });
    return { before, failed, back, returning: await returning.end() };
  },
  check: checkFailover,
});

/** The next zone takes over when nobody is left in the first, and gives back. */
export function checkFailover({ before, failed, back, returning }: FailoverSeen): readonly Finding[] {
  return [
    exactly("calls to zone a while it is well", before.calls, callsTo(before, inA)),
    exactly("calls to zone b while a is dead", failed.calls, callsTo(failed, inB)),
    exactly("calls to zone a once it is back", back.calls, callsTo(back, inA)),
    exactly("calls that failed in any of these", 0, before.failed + failed.failed + back.failed),
    atLeast("calls made while zone a came back", 1, returning.calls),
    exactly("of these, calls that failed", 0, returning.failed),
  ];
}
