import type { Report } from "../report/report.ts";

/** A JSON object on each line: the seconds of the measured phase, then the summary without seconds and histograms. */
export function toNdjson({ series, histograms: _histograms, ...summary }: Report): string {
  const lines = [...series.map((row) => ({ type: "second", ...row })), { type: "summary", ...summary }];
  return `${lines.map((line) => JSON.stringify(line)).join("\n")}\n`;
}
