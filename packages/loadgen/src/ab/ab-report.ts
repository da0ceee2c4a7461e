import type { Report } from "../report/report.ts";
import { confidence, type SideBySide } from "./judge-sides.ts";
import type { Side } from "./sides.ts";

/** The form of a comparison; changed when a reader would have to change. */
export const abSchema = "hey-loadgen-ab/1";

/** The result of `hey-loadgen ab`, as `-O json` writes it. */
export interface AbReport {
  readonly schema: typeof abSchema;
  readonly comparison: Comparison;
  /** What each side did, as if it had run alone, with its exact histograms. The generator and its health are the same. */
  readonly a: Report;
  readonly b: Report;
}

interface Comparison {
  /** The target of each side and what was said of it alone. */
  readonly labels: Readonly<Record<Side, string>>;
  /** With which all intervals hold at once. */
  readonly confidence: number;
  /** How far apart the two had to be, as a share of A's figure. */
  readonly minDifference: number;
  readonly blocks: number;
  readonly blockMs: number;
  readonly resamples: number;
  readonly seed: number;
  readonly figures: readonly SideBySide[];
  /** What the tool itself noticed of the two together. */
  readonly caveats: readonly string[];
}

/** Puts the two sides together. */
export function createAbReport(
  reports: Readonly<Record<Side, Report>>,
  comparison: Omit<Comparison, "confidence" | "caveats">,
): AbReport {
  const { a, b } = reports;
  const caveats: string[] = [];
  const { labels } = comparison;
  if (labels.a === labels.b) caveats.push("both sides are the same: a difference between them would be chance");
  const failed = ({ latency }: Report) => latency.response.count - latency.responseOk.count;
  if (failed(a) + failed(b) > 0) caveats.push("the times are those of all calls, failed ones too");
  if (a.generator.verdict === "saturated") {
    caveats.push("the generator was saturated, which makes both sides slower and hides what is between them");
  }
  return { schema: abSchema, comparison: { ...comparison, confidence, caveats }, a, b };
}

/** Whether B is worse in any figure. */
export function isWorse({ comparison: { figures } }: AbReport): boolean {
  return figures.some(({ verdict }) => verdict === "worse");
}
