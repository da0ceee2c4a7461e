import { byChance, exactly, type Finding } from "../finding.ts";
import { lesson } from "../lesson.ts";
import type { Sample } from "../sample.ts";

export interface RetriesSeen {
  readonly without: Sample;
  readonly with: Sample;
}

const plan = { calls: 600, atATime: 16, request: { failPercent: 30 } };
/** So many that three attempts, with which 2.7 % of the calls fail, can be told from four, with 0.8 %. */
const manyCalls = 3_000;

export const retries = lesson<RetriesSeen>({
  name: "retries",
  worlds: ["local", "compose"],
  async play({ world, step, sample }) {
    if (world.kind === "local") await step("without");
    const without = await sample("without retries, servers that fail 30 % of the calls", plan);
    await step("with");
    return { without, with: await sample("the same with three attempts", { ...plan, calls: manyCalls }) };
  },
  check: checkRetries,
});

/** A call fails only when all of its attempts do. */
export function checkRetries(seen: RetriesSeen): readonly Finding[] {
  const { calls, failed } = seen.with;
  return [
    byChance("calls that fail without retries", {
      seen: seen.without.failed,
      of: seen.without.calls,
      probability: 0.3,
    }),
    byChance("calls that fail with three attempts", { seen: failed, of: calls, probability: 0.3 ** 3 }),
    exactly("failures of another kind", 0, failed - (seen.with.codes["UNAVAILABLE"] ?? 0)),
  ];
}
