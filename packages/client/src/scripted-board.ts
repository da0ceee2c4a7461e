import { createScore, type Score } from "./score.ts";
import { createTally } from "./tally.ts";

/** A score with something of everything in it, for tests of what is shown; it began at 1,000 ms. */
export function scriptedScore(): Score {
  const score = createScore();
  const [one, two] = [
    { name: "server-1", version: "v1", zone: "a" },
    { name: "server-2", version: "v2", zone: "b" },
  ];
  for (let call = 0; call < 1_200; call++) score.called({ replica: one, latencyMs: 2, nowMs: 5_000 });
  score.called({ replica: two, latencyMs: 40, nowMs: 61_000 });
  score.heard(two, 61_000);
  score.seenAt("127.0.0.1:1", one);
  score.callFailed({ code: "UNAVAILABLE", peer: "127.0.0.1:1", words: "Say: UNAVAILABLE: read ECONNRESET" });
  const tally = createTally();
  for (const number of [1n, 2n, 4n, 4n, 3n]) tally.receive(number);
  score.converse(tally)("whole", 6n);
  score.told("whole");
  score.reconnected({
    atMs: 31_000,
    conversationId: "c-1",
    from: "server-1",
    to: "server-2",
    code: "CANCELLED",
    gapMs: 123.4,
    attempts: 2,
  });
  score.renewed();
  return score;
}
