import { atLeast, byChance, exactly, type Finding } from "../finding.ts";
import { lesson } from "../lesson.ts";
import { callsTo, type Sample } from "../sample.ts";

export interface ScaleSeen {
  readonly before: Sample;
  readonly after: Sample;
  /** The calls that were made while the new one came, was called, and left. */
  readonly meanwhile: Sample;
  /** The names of the servers that were there before. */
  readonly old: readonly string[];
}

const calls = 400;

export const scale = lesson<ScaleSeen>({
  name: "scale",
  worlds: ["local", "compose"],
  async play({ world, step, sample, load, until }) {
    const old = (await world.servers()).map(({ name }) => name);
    const isNew = ({ name }: { readonly name: string }) => !old.includes(name);
    const before = await sample("before", { calls });
    // Long ones, so that some are under way at the new server whenever it leaves.
    const meanwhile = await load("calls of 300 ms, from before the new server came until after it had left", {
      ...{ perSecond: 100, request: { workNs: 300_000_000n }, tryOnce: true },
    });
    await step("start");
    await until("called", { calls: 20 }, (seen) => callsTo(seen, isNew) > 0);
    const after = await sample("with one server more", { calls });
    await step("leave");
    await until("left alone", { calls: 20 }, (seen) => callsTo(seen, isNew) === 0);
    return { before, after, meanwhile: await meanwhile.end(), old };
  },
  check: checkScale,
});

/** The new server has its share, and neither its coming nor its going costs a call. */
export function checkScale({ before, after, meanwhile, old }: ScaleSeen): readonly Finding[] {
  const toNew = (sample: Sample) => callsTo(sample, ({ name }) => !old.includes(name));
  return [
    exactly("calls that failed before", 0, before.failed),
    byChance("calls to the new server", { seen: toNew(after), of: after.calls, probability: 1 / (old.length + 1) }),
    atLeast("long calls to it until it left", 1, toNew(meanwhile)),
    exactly("calls that failed while it came and went", 0, meanwhile.failed),
  ];
}
