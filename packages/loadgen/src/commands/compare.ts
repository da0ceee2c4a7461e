import { flag, type Io, type ParsedSettings, text } from "@hey/runtime";
import { exitCodes } from "../run.ts";
import { parseShare, shareProblem } from "../settings/parse.ts";
import { prefixed } from "../settings/problem.ts";
import { compareReports, comparisonNotes, printDifferences } from "./differences.ts";
import { readReport } from "./read-result.ts";

const settings = {
  minDifference: text({
    flag: "min-difference",
    default: "0%",
    placeholder: "SHARE",
    help: "how far apart two times must be to be told apart, such as 5%",
  }),
  failIfWorse: flag({
    flag: "fail-if-worse",
    default: false,
    help: "exit code 99 when the newer run is worse in any figure",
  }),
};

type CompareSettings = ParsedSettings<typeof settings>;

/** The command that holds a run against an older one. */
export const compare = {
  name: "hey-loadgen compare",
  summary: "Shows how a run differs from an older one.",
  usage: "[flags] OLD.json NEW.json",
  positionals: { name: "OLD.json NEW.json", help: "what -O json wrote, the older run first", min: 2, max: 2 },
  settings,
  checks: [({ minDifference }: CompareSettings) => prefixed("--min-difference", shareProblem(minDifference))],
  footer: `The runs were made at different times: what else changed meanwhile is in the differences too. Two targets that are
there at the same time are told apart better by hey-loadgen ab.

Exit codes: 0, also when the runs differ; 2 a wrong flag or a file that is no report; 99 with --fail-if-worse when the
newer run is worse in any figure.`,
  async run({ positionals: [older = "", newer = ""], minDifference, failIfWorse }: CompareSettings, { stdout }: Io) {
    const [before, after] = [await readReport(older), await readReport(newer)];
    const differences = compareReports(before, after, parseShare(minDifference));
    stdout.write(printDifferences(differences, comparisonNotes(before, after)));
    return failIfWorse && differences.some(({ verdict }) => verdict === "worse") ? exitCodes.threshold : 0;
  },
};
