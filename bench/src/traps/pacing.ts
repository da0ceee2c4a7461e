import { run } from "./program.ts";
import { startScripted } from "./scripted-server.ts";
import { type Finding, near, shown } from "./trap.ts";

/** 2,000 calls a second for 5 s, as the program believes to have sent them and as the server saw them come. */
export async function pace(): Promise<readonly Finding[]> {
  using server = await startScripted({ tookMs: () => 0 });
  const args = ["--rps", "2000", "--warmup", "1s", "-z", "5s", "--percentiles", "50,99", server.address];
  const { rates, latency } = await run(args);
  const arrivalsMs = server.arrivalsMs.slice(-10_000);
  const arrived = slopePerSecond(arrivalsMs);
  const gaps = arrivalsMs.slice(1).map((atMs, index) => atMs - (arrivalsMs[index] ?? 0));
  const gap = gaps.toSorted((a, b) => a - b)[Math.floor(0.99 * gaps.length)] ?? 0;
  const { count, maxUs, percentilesUs } = latency.lateness;
  return [
    {
      trap: "T4",
      what: "2,000/s for 5 s",
      expected: "2,000/s ±0.5 %, at the server too; each call's lateness recorded",
      seen: `${rates.startedPerS.toFixed(1)}/s, at the server ${arrived.toFixed(1)}/s; ${count} values`,
      held: near(rates.startedPerS, 2_000, 0.005) && near(arrived, 2_000, 0.005) && count === 10_000,
    },
    {
      trap: "T4",
      what: "gaps between its calls, at the server",
      expected: "p99 below 3 ms where nothing else runs: not judged",
      seen: `p99 ${gap.toFixed(2)} ms; late by p99 ${shown(percentilesUs["99"])}, at most ${shown(maxUs)}`,
      held: undefined,
    },
  ];
}

/** Calls a second by the straight line that fits best, so that one late first or last call does not count as a rate. */
function slopePerSecond(atMs: readonly number[]): number {
  const middle = (atMs.length - 1) / 2;
  const meanMs = atMs.reduce((sum, each) => sum + each, 0) / atMs.length;
  let [together, squares] = [0, 0];
  for (const [index, each] of atMs.entries()) {
    together += (index - middle) * (each - meanMs);
    squares += (index - middle) ** 2;
  }
  return (1_000 * squares) / together;
}

/** Where in its second each call falls: a quota per second, or a plan that slips, would fill one half. */
export async function bursts(): Promise<readonly Finding[]> {
  const of = async (arrival: string) => {
    using server = await startScripted({ tookMs: () => 0 });
    await run(["--rps", "1000", "--warmup", "1s", "-z", "5s", "--arrival", arrival, server.address]);
    const atMs = server.arrivalsMs.slice(-5_000);
    return atMs.filter((each) => each % 1_000 < 500).length / atMs.length;
  };
  const [even, poisson] = [await of("even"), await of("poisson")];
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
  return [
    {
      trap: "T6",
      what: "share of the calls in the first half of each second, 1,000/s",
      expected: "even: 50 % ±3; at random: 50 % ±5",
      seen: `${percent(even)}; ${percent(poisson)}`,
      held: Math.abs(even - 0.5) <= 0.03 && Math.abs(poisson - 0.5) <= 0.05,
    },
  ];
}
