import type { Block } from "./blocks.ts";
import { tailOf } from "./confidence.ts";
import { asMeasured, type Drawn, resample } from "./resample.ts";
import type { Side } from "./sides.ts";

/** One figure of both sides. Times in µs, `errors` as a share from 0 to 1, `rate` in calls a second. */
export interface SideBySide {
  readonly name: "mean" | "p50" | "p90" | "p99" | "errors" | "rate";
  readonly unit: "us" | "share" | "perSecond";
  readonly a: number | null;
  readonly b: number | null;
  /** B − A; null where there is too little to say. */
  readonly difference: Estimate | null;
  /** B / A; its value and its ends are null where A is 0. */
  readonly ratio: RatioEstimate | null;
  /** Of B, seen from A. */
  readonly verdict: SideVerdict;
  /** Why there is no interval; empty where there is one. */
  readonly reason: string;
}

type SideVerdict = "better" | "worse" | "undecided";

/** A figure, and between what it lies. */
interface Estimate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

interface RatioEstimate {
  readonly value: number | null;
  readonly low: number | null;
  readonly high: number | null;
}

export interface SidesQuestion {
  readonly lengthMs: number;
  /** Whether the rates of the two may differ: in a closed loop. */
  readonly rates: boolean;
  /** How far the two have to be apart before it matters, as a share of A's figure. */
  readonly minDifference: number;
  readonly seed: number;
  readonly resamples: number;
}

/** That all intervals of a comparison hold the true values at once. */
export const confidence = 0.95;
/** Fewer cannot tell how much they differ among themselves. */
const fewestBlocks = 10;
/** As many calls have to lie beyond a percentile, on either side. */
const fewestBeyond = 10;

const percents = [50, 90, 99] as const;

interface FigureKind {
  readonly name: SideBySide["name"];
  readonly unit: SideBySide["unit"];
  /** How many calls each side needs for it. */
  readonly needs: number;
  /** 1 where more is worse, −1 where more is better. */
  readonly worse: 1 | -1;
  of(drawn: Drawn): number;
}

/**
 * What tells the two sides apart. The intervals come from drawing the blocks of time anew; each is so much wider than it
 * would be alone that all of them hold together with 95 % confidence: of twenty comparisons of a thing with itself,
 * nineteen find no difference in any figure.
 */
export function judgeSides(all: readonly Block[], question: SidesQuestion): readonly SideBySide[] {
  const blocks = all.filter(({ a, b }) => a.response.count + b.response.count > 0);
  const kinds = figureKinds(question);
  const callsOf = (side: Side) => blocks.reduce((sum, { [side]: { response } }) => sum + response.count, 0);
  const fewest = Math.min(callsOf("a"), callsOf("b"));
  const measured = asMeasured(blocks, percents);
  const enough = blocks.length >= fewestBlocks;
  const { seed, resamples } = question;
  const drawings = enough ? resample(blocks, { percents, resamples, seed }) : [];
  const tail = enough ? tailOf(1 - (1 - confidence) / kinds.length, blocks.length) : 0;
  return kinds.map(({ name, unit, needs, worse, of }): SideBySide => {
    const [a, b] = [of(measured.a), of(measured.b)];
    const shown = { name, unit, a: known(a), b: known(b) };
    const none = { difference: null, ratio: null, verdict: "undecided" } as const;
    if (!enough) {
      const reason = `too short: ${blocks.length} blocks of ${question.lengthMs} ms had calls; ${fewestBlocks} are needed`;
      return { ...shown, ...none, reason };
    }
    if (fewest < needs) return { ...shown, ...none, reason: `too few calls: ${fewest}; each side needs ${needs}` };
    const difference = estimate(
      b - a,
      drawings.map((drawn) => of(drawn.b) - of(drawn.a)),
      tail,
    );
    const ratio = estimate(
      quotient(a, b),
      drawings.map((drawn) => quotient(of(drawn.a), of(drawn.b))),
      tail,
    );
    const verdict = verdictOf(ratio, worse, question.minDifference);
    const finite = { value: known(ratio.value), low: known(ratio.low), high: known(ratio.high) };
    return { ...shown, difference, ratio: finite, verdict, reason: "" };
  });
}

function figureKinds({ rates, lengthMs }: SidesQuestion): readonly FigureKind[] {
  const times = percents.map(
    (percent, index): FigureKind => ({
      name: `p${percent}`,
      unit: "us",
      needs: Math.round((fewestBeyond * 100) / (100 - percent)),
      worse: 1,
      of: ({ percentilesUs }) => percentilesUs[index] as number,
    }),
  );
  return [
    { name: "mean", unit: "us", needs: 2 * fewestBeyond, worse: 1, of: ({ meanUs }) => meanUs },
    ...times,
    { name: "errors", unit: "share", needs: 2 * fewestBeyond, worse: 1, of: ({ errors }) => errors },
    ...(rates
      ? [
          {
            name: "rate",
            unit: "perSecond",
            needs: 2 * fewestBeyond,
            worse: -1,
            of: ({ okPerBlock }: Drawn) => (okPerBlock * 1_000) / lengthMs,
          } as const,
        ]
      : []),
  ];
}

/** B / A; 1 when both are nothing, infinite when only A is. */
function quotient(a: number, b: number): number {
  return a === 0 && b === 0 ? 1 : b / a;
}

function estimate(value: number, drawn: readonly number[], tail: number): Estimate {
  const sorted = drawn.filter((each) => !Number.isNaN(each)).sort((x, y) => x - y);
  const out = Math.floor(tail * sorted.length);
  return { value, low: sorted[out] ?? value, high: sorted[sorted.length - 1 - out] ?? value };
}

/** The whole interval has to lie beyond what matters. */
function verdictOf({ low, high }: Estimate, worse: 1 | -1, minDifference: number): SideVerdict {
  if (low > 1 + minDifference) return worse === 1 ? "worse" : "better";
  if (high < 1 - minDifference) return worse === 1 ? "better" : "worse";
  return "undecided";
}

function known(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
