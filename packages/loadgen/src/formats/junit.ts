import { formatCount } from "../report/format.ts";
import { observedWords } from "../report/observed.ts";
import type { Report } from "../report/report.ts";
import { escapeMarkup } from "./escape.ts";

/** A case of a CI server: `failure` where it failed, `note` for who reads on. */
interface Case {
  readonly name: string;
  readonly failure: string | undefined;
  readonly note?: string;
}

/**
 * For CI servers: thresholds as test cases, or, without any, that every call was good; that the run went to its end; and that the
 * generator kept up, which fails where that is an exit code.
 */
export function toJunit(report: Report): string {
  const { run, target, rates, generator } = report;
  const cases = [...callCases(report), endCase(report), generatorCase(report)];
  const failures = cases.filter(({ failure }) => failure !== undefined).length;
  const suite = escapeMarkup(run.name === "" ? `${target.method} at ${target.uri}` : run.name);
  const seconds = (rates.windowMs / 1000).toFixed(3);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites tests="${cases.length}" failures="${failures}" time="${seconds}">`,
    `  <testsuite name="${suite}" tests="${cases.length}" failures="${failures}" time="${seconds}" timestamp="${run.startedAt}">`,
    `    <properties><property name="generator" value="${generator.verdict}"/></properties>`,
    ...cases.map(({ name, failure, note }) => {
      const inner = [
        failure === undefined ? "" : `<failure message="${escapeMarkup(failure)}"/>`,
        note === undefined ? "" : `<system-out>${escapeMarkup(note)}</system-out>`,
      ].join("");
      const head = `    <testcase classname="${suite}" name="${escapeMarkup(name)}"`;
      return inner === "" ? `${head}/>` : `${head}>${inner}</testcase>`;
    }),
    "  </testsuite>",
    "</testsuites>",
    "",
  ].join("\n");
}

function callCases({ thresholds, latency: { response, responseOk }, codes }: Report): Case[] {
  const failed = response.count - responseOk.count;
  const byCode = Object.entries(codes)
    .map(([code, count]) => `${formatCount(count)} ${code}`)
    .join(", ");
  const words =
    response.count === 0
      ? "no call has ended"
      : `${formatCount(failed)} of ${formatCount(response.count)} calls failed: ${byCode}`;
  if (thresholds.length === 0) {
    const isGood = failed === 0 && response.count > 0;
    return [{ name: "every call ends as it should", failure: isGood ? undefined : words }];
  }
  return [
    ...thresholds.map((result) => ({
      name: result.expression,
      failure: result.passed ? undefined : observedWords(result),
    })),
    // How many may fail the thresholds say; all of them is a failure whatever they say.
    { name: "calls end as they should", failure: responseOk.count > 0 ? undefined : words },
  ];
}

function endCase({ run: { partial, endReason } }: Report): Case {
  const why = endReason === "signal" ? "stopped by a signal" : endReason;
  return { name: "the run goes to its end", failure: partial ? why : undefined };
}

function generatorCase({ run: { failOnSaturation }, generator: { verdict, reasons } }: Report): Case {
  const words = [verdict, reasons.join("; ")].filter((each) => each !== "").join(": ");
  const fails = failOnSaturation && verdict === "saturated";
  const name = "the generator keeps up";
  return fails ? { name, failure: words } : { name, failure: undefined, ...(verdict === "ok" ? {} : { note: words }) };
}
