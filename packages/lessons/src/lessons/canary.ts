import { atLeast, byChance, exactly, type Finding } from "../finding.ts";
import { lesson } from "../lesson.ts";
import { callsTo, type Sample } from "../sample.ts";

export interface CanarySeen {
  readonly before: Sample;
  readonly tenth: Sample;
  readonly half: Sample;
  /** The calls that were made from before the first split until after the second. */
  readonly meanwhile: Sample;
}

const calls = 1_000;

export const canary = lesson<CanarySeen>({
  name: "canary",
  worlds: ["local", "compose"],
  async play({ world, step, sample, load }) {
    if (world.kind === "compose") await step("start");
    const before = await sample("before: every server in turn", { calls: 300 });
    const meanwhile = await load("all calls from before the first split until after the second", {
      ...{ perSecond: 100, tryOnce: true },
    });
    await step("tenth");
    const tenth = await sample("a tenth for v2", { calls });
    await step("half");
    const half = await sample("and half", { calls });
    return { before, tenth, half, meanwhile: await meanwhile.end() };
  },
  check: checkCanary,
});

/** The shares are those that were asked for, however many servers each version has, and no call pays for it. */
export function checkCanary({ before, tenth, half, meanwhile }: CanarySeen): readonly Finding[] {
  const toV2 = (sample: Sample) => callsTo(sample, ({ version }) => version === "v2");
  return [
    byChance("calls to v2 at 10 %", { seen: toV2(tenth), of: tenth.calls, probability: 0.1 }),
    byChance("calls to v2 at 50 %", { seen: toV2(half), of: half.calls, probability: 0.5 }),
    exactly("calls that failed in all of it", 0, before.failed + tenth.failed + half.failed + meanwhile.failed),
    atLeast("calls made while the shares changed", 1, meanwhile.calls),
  ];
}
