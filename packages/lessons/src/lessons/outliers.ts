import { atLeast, byChance, exactly, type Finding } from "../finding.ts";
import { lesson } from "../lesson.ts";
import { callsTo, type Sample } from "../sample.ts";

export interface OutliersSeen {
  readonly bad: string;
  /** How many servers there are. */
  readonly servers: number;
  readonly before: Sample;
  readonly ejected: Sample;
  readonly back: Sample;
}

export const outliers = lesson<OutliersSeen>({
  name: "outliers",
  worlds: ["local", "compose"],
  async play({ world, step, sample, until, say }) {
    const servers = await world.servers();
    const bad = servers[1]?.name ?? "";
    const isBad = ({ name }: { readonly name: string }) => name === bad;
    const request = { failPercent: 100, onlyAt: bad };
    if (world.kind === "local") await step("without-retries");
    say(`Every call that comes to ${bad} fails from now on.`);
    const before = await sample("before", { calls: 300, request });
    await step("outliers");
    await until("left alone", { calls: 30, request }, ({ failed }) => failed === 0);
    const ejected = await sample("with outlier detection", { calls: 200, request });
    say(`${bad} is well again.`);
    await until("called again", { calls: 30 }, (seen) => callsTo(seen, isBad) > 0);
    return { bad, servers: servers.length, before, ejected, back: await sample("after its ejection", { calls: 300 }) };
  },
  check: checkOutliers,
});

/** The server that fails is left alone, and called again some time later. */
export function checkOutliers({ bad, servers, before, ejected, back }: OutliersSeen): readonly Finding[] {
  const to = (sample: Sample) => callsTo(sample, ({ name }) => name === bad);
  return [
    byChance("calls that fail without it", { seen: before.failed, of: before.calls, probability: 1 / servers }),
    exactly(`calls to ${bad} once it is ejected`, 0, to(ejected)),
    exactly("calls that fail then", 0, ejected.failed),
    atLeast(`calls to ${bad} after its ejection`, 1, to(back)),
    exactly("calls that fail then", 0, back.failed),
  ];
}
