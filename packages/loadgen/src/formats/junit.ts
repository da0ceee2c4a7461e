import { formatCount } from "../report/format.ts";
import type { Report } from "../report/report.ts";
import { escapeMarkup } from "./escape.ts";

/** Thresholds as test cases, for CI servers; without thresholds one case: that every call was good. */
export function toJunit({ run, target, thresholds, latency, codes, rates }: Report): string {
  const failed = latency.response.count - latency.responseOk.count;
  const cases =
    thresholds.length > 0
      ? thresholds.map(({ expression, passed, observed, reason }) => ({
          name: expression,
          failure: passed ? undefined : observed === null ? reason : `observed ${observed}`,
        }))
      : [
          {
            name: "every call ends as it should",
            failure:
              failed === 0
                ? undefined
                : `${formatCount(failed)} of ${formatCount(latency.response.count)} calls failed: ${JSON.stringify(codes)}`,
          },
        ];
  const failures = cases.filter(({ failure }) => failure !== undefined).length;
  const suite = escapeMarkup(run.name === "" ? `${target.method} at ${target.uri}` : run.name);
  const seconds = (rates.windowMs / 1000).toFixed(3);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites tests="${cases.length}" failures="${failures}" time="${seconds}">`,
    `  <testsuite name="${suite}" tests="${cases.length}" failures="${failures}" time="${seconds}" timestamp="${run.startedAt}">`,
    ...cases.map(({ name, failure }) => {
      const head = `    <testcase classname="${suite}" name="${escapeMarkup(name)}"`;
      return failure === undefined ? `${head}/>` : `${head}><failure message="${escapeMarkup(failure)}"/></testcase>`;
    }),
    "  </testsuite>",
    "</testsuites>",
    "",
  ].join("\n");
}
