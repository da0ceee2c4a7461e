import { atLeast, atMost, exactly, type Finding } from "../finding.ts";
import { lesson } from "../lesson.ts";
import { callsTo, type Sample } from "../sample.ts";

export interface HedgingSeen {
  readonly slow: string;
  readonly before: Sample;
  readonly hedged: Sample;
  /** Calls that servers gave up because their callers had another answer, while `before` and `hedged` were made. */
  readonly givenUpBefore: number;
  readonly givenUp: number;
}

const workMs = 400;
/**
 * One at a time: the second attempt of a call goes to the next server in turn then. Where many callers share the turn, all
 * attempts of a call may come to the slow one.
 */
const plan = { calls: 36, atATime: 1 };

export const hedging = lesson<HedgingSeen>({
  name: "hedging",
  worlds: ["local"],
  async play({ world, step, plain, say }) {
    const slow = "server-2";
    const request = { workNs: BigInt(workMs * 1_000_000), onlyAt: slow };
    const givenUpIn = async (title: string): Promise<[Sample, number]> => {
      const before = await world.handled("CANCELLED");
      const seen = await plain(title, { ...plan, request });
      return [seen, (await world.handled("CANCELLED")) - before];
    };
    await step("in-turn");
    const [before, givenUpBefore] = await givenUpIn("before");
    await step("hedge");
    const [hedged, givenUp] = await givenUpIn("hedged");
    say(`calls that a server worked on for nothing: ${givenUpBefore} before, ${givenUp} hedged`);
    return { slow, before, hedged, givenUpBefore, givenUp };
  },
  check: checkHedging,
});

/** Nobody waits for the slow server any more; the price is calls that are made twice. */
export function checkHedging({ slow, before, hedged, givenUpBefore, givenUp }: HedgingSeen): readonly Finding[] {
  const toSlow = (sample: Sample) => callsTo(sample, ({ name }) => name === slow);
  return [
    atLeast("p99 without hedging, in ms", workMs, Math.ceil(before.p99Ms ?? 0)),
    atMost("p99 with it, in ms", workMs - 1, Math.floor(hedged.p99Ms ?? workMs)),
    atLeast(`answers of ${slow} without it`, 1, toSlow(before)),
    exactly(`answers of ${slow} with it`, 0, toSlow(hedged)),
    exactly("calls that failed", 0, before.failed + hedged.failed),
    exactly("calls that servers gave up without it", 0, givenUpBefore),
    atLeast("calls that servers gave up with it", toSlow(before), givenUp, `as many as ${slow} answered without it`),
  ];
}
