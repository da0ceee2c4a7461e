import { atLeast, exactly, type Finding } from "../finding.ts";
import { lesson } from "../lesson.ts";
import { callsTo, type Sample } from "../sample.ts";

export interface DrainSeen {
  readonly drained: string;
  /** Slow calls, from before the drain until after it. */
  readonly underWay: Sample;
  readonly after: Sample;
  readonly back: Sample;
}

const calls = 300;
const slow = { tryOnce: true, atATime: 12, request: { workNs: 1_000_000_000n } };

export const drain = lesson<DrainSeen>({
  name: "drain",
  worlds: ["local", "compose"],
  async play({ world, step, sample, load, until }) {
    const drained = (await world.servers())[1]?.name ?? "";
    const isDrained = ({ name }: { readonly name: string }) => name === drained;
    await sample("before", { calls });
    const underWay = await load("slow calls, twelve at a time, from before the drain until after it", slow);
    await step("drain");
    const after = await sample("after the drain", { calls });
    const slowOnes = await underWay.end();
    await step("undrain");
    await until("called again", { calls: 20 }, (seen) => callsTo(seen, isDrained) > 0);
    return { drained, underWay: slowOnes, after, back: await sample("taken back", { calls }) };
  },
  check: checkDrain,
});

/** None of the new calls goes there, and those under way end well. */
export function checkDrain({ drained, underWay, after, back }: DrainSeen): readonly Finding[] {
  const to = (sample: Sample) => callsTo(sample, ({ name }) => name === drained);
  return [
    exactly(`calls to ${drained} once it was drained`, 0, to(after)),
    atLeast(`slow calls that ${drained} was given before`, 1, to(underWay)),
    exactly("slow calls that failed", 0, underWay.failed),
    exactly("calls that failed afterwards", 0, after.failed + back.failed),
    atLeast(`calls to ${drained} once it was taken back`, 1, to(back)),
  ];
}
