import type { Verdict } from "../judge/verdict.ts";

/** What a verdict on the generator says of the figures. */
export const verdictMeaning: Readonly<Record<Verdict, string>> = {
  ok: "the times are the server's",
  degraded: "some of the times may be the generator's own",
  saturated: "the generator, not the server, is what was measured",
};
