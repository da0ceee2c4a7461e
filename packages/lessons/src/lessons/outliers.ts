import { atLeast, byChance, exactly, type Finding } from "../finding.ts";
import { lesson } from "../lesson.ts";
import { callsTo, type Sample } from "../sample.ts";

export interface OutliersSeen {
  readonly bad: string;
  /** How many servers there are. */
  readonly servers: number;
  readonly before: Sample;
  readonly ejected: Sample;
  /** Undefined where each sample is made by a client of its own, which knows nothing of an ejection. */
  readonly back: Sample | undefined;
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
    // Begins when each client has judged, and ends just before the end of the ejection that the page's step says: of a
    // shorter one the server would be back meanwhile, and judged again.
    const judged = { warmUpMs: 2_000, perSecond: 100, calls: 200 };
    const ejected = await sample("with outlier detection", { ...judged, request });
    const seen = { bad, servers: servers.length, before, ejected };
    if (world.kind === "compose") return { ...seen, back: undefined };
    say(`${bad} is well again.`);
    await until("called again", { calls: 30 }, (calls) => callsTo(calls, isBad) > 0);
    return { ...seen, back: await sample("after its ejection", { calls: 300 }) };
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
    ...(back === undefined
      ? []
      : [
          atLeast(`calls to ${bad} after its ejection`, 1, to(back)),
          exactly("calls that fail after its ejection", 0, back.failed),
        ]),
  ];
}
