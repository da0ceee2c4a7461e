import { columns } from "@hey/client";
import { atLeast, byChance, exactly, type Finding } from "../finding.ts";
import { lesson } from "../lesson.ts";

/** The server that answered each user, by the number of the user. */
type Homes = readonly string[];

export interface RingHashSeen {
  readonly drained: string;
  /** Two rounds of calls in turn, then two by the ring; then with a server less, and with all of them again. */
  readonly inTurn: readonly [Homes, Homes];
  readonly byRing: readonly [Homes, Homes];
  readonly oneLess: Homes;
  readonly again: Homes;
}

const users = 500;

export const ringHash = lesson<RingHashSeen>({
  name: "ring-hash",
  worlds: ["local"],
  async play({ world, step, say, until }) {
    const drained = "server-2";
    const round = () => world.answers({ calls: users, headers: (index) => ({ "x-user": `user-${index}` }) });
    const rounds = async (): Promise<[Homes, Homes]> => [await round(), await round()];
    const inTurn = await rounds();
    say(`each of ${users} users calls twice\n${homesText(inTurn)}`);
    await step("ring");
    await until("by the ring", { calls: 20, headers: { "x-user": "user-0" } }, ({ shares }) =>
      shares.some(({ calls }) => calls === 20),
    );
    const byRing = await rounds();
    say(`the same with ring hash\n${homesText(byRing)}`);
    await step("drain");
    const oneLess = await round();
    say(`before and after the drain of ${drained}\n${homesText([byRing[1], oneLess])}`);
    await step("undrain");
    const again = await round();
    say(`before the drain and after it was taken back\n${homesText([byRing[1], again])}`);
    return { drained, inTurn, byRing, oneLess, again };
  },
  check: checkRingHash,
});

/**
 * Of three servers each has 342 points on the ring, of two 512. A user of a server that stays moves when a new point of the
 * other one comes before every point that was there and before the new points of the own one: of 1,026 + 340 points it is
 * the nearest one of 340 with 340 in 1,366, and half of these are the other server's: 0.1245. That is the mean over rings;
 * the addresses make the ring, and from ring to ring it differs by 0.016 (the standard deviation of 3,000 rings by
 * grpc-js-xds's hash, of which the mean is 0.1246).
 */
const movedByNewPoints = { probability: 0.1245, spread: 0.016 };

/** A user has one home, which a server that leaves takes from its own users and from few others. */
export function checkRingHash({ drained, inTurn, byRing, oneLess, again }: RingHashSeen): readonly Finding[] {
  const home = byRing[1];
  const others = home.flatMap((server, user) => (server === drained ? [] : [{ server, now: oneLess[user] }]));
  const moved = others.filter(({ server, now }) => now !== server).length;
  return [
    atLeast("users who met another server at their second call in turn", 1, movers(inTurn)),
    exactly("the same by the ring", 0, movers(byRing)),
    atLeast(`users at home at ${drained}`, 1, home.length - others.length),
    exactly(`users at ${drained} once it is drained`, 0, oneLess.filter((server) => server === drained).length),
    byChance("users of the others who moved too", { seen: moved, of: others.length, ...movedByNewPoints }),
    exactly("users who are elsewhere than before once it is back", 0, movers([home, again])),
  ];
}

function movers([first, second]: readonly [Homes, Homes]): number {
  return first.filter((server, user) => second[user] !== server).length;
}

function homesText([first, second]: readonly [Homes, Homes]): string {
  const count = (homes: Homes, wanted: string) => homes.filter((server) => server === wanted).length;
  const servers = [...new Set([...first, ...second])].toSorted();
  const rows = servers.map((name) => {
    const stayed = first.filter((server, user) => server === name && second[user] === name).length;
    return [name, String(count(first, name)), String(count(second, name)), String(stayed)];
  });
  return columns(["server", ">users at first", ">then", ">the same ones"], rows);
}
