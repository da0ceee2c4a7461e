import type { Environment, TargetDescription } from "../report/report.ts";
import type { Step } from "./judge-step.ts";
import type { Outcome, SearchRange } from "./search.ts";

/** The form of a search's result; changed when a reader would have to change. */
export const findMaxSchema = "hey-loadgen-find-max/1";

/** The result of `hey-loadgen find-max`, as `-O json` writes it. */
export interface FindMaxReport {
  readonly schema: typeof findMaxSchema;
  readonly run: {
    readonly name: string;
    /** Wall clock, ISO 8601. */
    readonly startedAt: string;
    /** It was stopped by a signal before it had found anything. */
    readonly partial: boolean;
    readonly command: readonly string[];
  };
  readonly environment: Environment;
  /** Null when not even one step was made. */
  readonly target: TargetDescription | null;
  readonly search: SearchRange & {
    readonly slo: readonly string[];
    readonly stepMs: number;
    readonly warmupMs: number;
  };
  readonly outcome: Outcome | { readonly kind: "stopped"; readonly perSecond: number | undefined };
  /** In the order in which they were made. */
  readonly steps: readonly Step[];
}
