import { columns, plural } from "@hey/client";
import { exactly, type Finding } from "../finding.ts";
import { lesson } from "../lesson.ts";

/** How many calls the servers got for one call with so many hops. */
interface Storm {
  readonly hops: number;
  readonly calls: number;
}

export interface RetryStormSeen {
  readonly everybody: readonly Storm[];
  readonly firstOnly: readonly Storm[];
}

const attempts = 3;

export const retryStorm = lesson<RetryStormSeen>({
  name: "retry-storm",
  worlds: ["local"],
  async play({ world, step, say }) {
    const storm = async (title: string): Promise<readonly Storm[]> => {
      const storms: Storm[] = [];
      for (const hops of [0, 1, 2]) {
        const before = await world.handled("UNAVAILABLE");
        await world.call({ calls: 1, request: { hops, failPercent: 100 }, deadlineMs: 20_000 });
        storms.push({ hops, calls: (await world.handled("UNAVAILABLE")) - before });
      }
      say(`${title}\n${stormText(storms)}`);
      return storms;
    };
    const everybody = await storm("one call, and everybody on its way tries three times");
    await step("first-only");
    return { everybody, firstOnly: await storm("one call, and only who began it tries three times") };
  },
  check: checkRetryStorm,
});

/** Attempts multiply with each hop, unless one place alone makes them. */
export function checkRetryStorm({ everybody, firstOnly }: RetryStormSeen): readonly Finding[] {
  return [
    ...everybody.map((storm) =>
      exactly(
        `${plural(storm.hops, "hop")}, calls at the back`,
        attempts ** (storm.hops + 1),
        atTheBack(storm, everybody),
      ),
    ),
    ...firstOnly.map((storm) =>
      exactly(
        `${plural(storm.hops, "hop")}, calls at the back when only the first tries again`,
        attempts,
        atTheBack(storm, firstOnly),
      ),
    ),
  ];
}

/** The last replicas of the chain get what those of a chain one hop shorter do not. */
function atTheBack({ hops, calls }: Storm, storms: readonly Storm[]): number {
  return calls - (storms.find((each) => each.hops === hops - 1)?.calls ?? 0);
}

function stormText(storms: readonly Storm[]): string {
  const rows = storms.map((storm) => [String(storm.hops), String(storm.calls), String(atTheBack(storm, storms))]);
  return columns([">hops", ">calls at all servers", ">at the back"], rows);
}
