import { run } from "./program.ts";
import { startFarAway, startScripted } from "./scripted-server.ts";
import type { Finding } from "./trap.ts";

const answerBytes = 1_000_000;
const roundTripMs = 20;

/** Answers of a megabyte over a long way, with the smallest window of HTTP/2 and with our own. */
export async function largeAnswers(): Promise<readonly Finding[]> {
  using server = await startScripted({ tookMs: () => 0, answerBytes });
  using away = await startFarAway(server.address, roundTripMs);
  const of = async (windowBytes: number) => {
    const { rates, caveats } = await run(["-c", "1", "-z", "3s", "--stream-window", `${windowBytes}`, away.address]);
    return { perSecond: rates.finishedPerS, noted: caveats.some((caveat) => caveat.includes("--stream-window")) };
  };
  const [small, own] = [await of(65_535), await of(1_048_576)];
  return [
    {
      trap: "T22",
      what: `answers of 1 MB over ${roundTripMs} ms there and back, windows of 64 KiB and 1 MiB`,
      expected: "at least 3 times as many, a note for the small one alone",
      seen: `${small.perSecond.toFixed(1)}/s and ${own.perSecond.toFixed(1)}/s; ${small.noted && !own.noted ? "noted" : "not as expected"}`,
      held: own.perSecond >= 3 * small.perSecond && small.noted && !own.noted,
    },
  ];
}
