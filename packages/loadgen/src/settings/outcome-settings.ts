import { flag, list, type ParsedSettings, text } from "@hey/runtime";
import { parseAbort, parseThreshold } from "../judge/threshold.ts";
import { outputProblem } from "../report/outputs.ts";
import { parsePercentiles } from "./parse.ts";
import { prefixed, problemOf } from "./problem.ts";

/** What is reported, and what has to hold. */
export const outcomeSettings = {
  output: list({
    flag: "output",
    short: "O",
    default: [],
    placeholder: "FORMAT=PATH",
    help: "write the report as text, json, html, ndjson, csv, junit, prometheus, hdr or ghz; PATH -: to stdout; several at once",
  }),
  percentiles: text({
    flag: "percentiles",
    default: "50,90,95,99,99.9,99.99",
    placeholder: "LIST",
    help: "which percentiles to report",
  }),
  threshold: list({
    flag: "threshold",
    default: [],
    placeholder: "CONDITION",
    help: "what has to hold of the result, such as p99<50ms (of the response times), service.p99<40ms, errors<1%, errors{code=UNAVAILABLE}<0.1%, unexpected<0.1%, rate>=190/s, response.p99{code=OK}<20ms; else exit code 99",
  }),
  abortOn: list({
    flag: "abort-on",
    default: [],
    placeholder: "CONDITION",
    help: "end the run when this has held while calls are planned, such as 'errors>5% for 10s' or 'response.p99>1s for 5s'; exit code 98",
  }),
  failOnSaturation: flag({
    flag: "fail-on-saturation",
    default: false,
    help: "exit code 97 when the generator, not the server, is what was measured",
  }),
  name: text({ flag: "name", default: "", help: "the run's name, for the reports" }),
  quiet: flag({ flag: "quiet", short: "q", default: false, help: "show no progress" }),
};

/** What is wrong with them that is right one by one. */
export const outcomeChecks: readonly ((given: ParsedSettings<typeof outcomeSettings>) => readonly string[])[] = [
  ({ percentiles }) => prefixed("--percentiles", problemOf(parsePercentiles(percentiles))),
  ({ threshold }) => threshold.flatMap((each) => prefixed("--threshold", problemOf(parseThreshold(each)))),
  ({ abortOn }) => abortOn.flatMap((each) => prefixed("--abort-on", problemOf(parseAbort(each)))),
  ({ output }) => output.flatMap((each) => prefixed("--output", outputProblem(each))),
];
