import { readFile } from "node:fs/promises";
import { ProgramError } from "@hey/runtime";
import schema from "#report-schema" with { type: "json" };
import { decodeHistogram } from "../record/hdr.ts";
import { type Report, reportSchema } from "../report/report.ts";
import { shapeProblem } from "./check-shape.ts";

/** Reads what `-O json` wrote. Rejects with a ProgramError of exit code 2 that says what was expected and what came. */
export async function readReport(path: string): Promise<Report> {
  const unfit = (problem: string) => new ProgramError(`${path}: ${problem}`, { exitCode: 2 });
  let content: unknown;
  try {
    content = JSON.parse(await readFile(path, "utf8"));
  } catch (error) {
    throw unfit(`expected a report that -O json wrote: ${error instanceof Error ? error.message : String(error)}`);
  }
  const claimed = content !== null && typeof content === "object" && "schema" in content ? content.schema : undefined;
  if (claimed !== reportSchema) {
    const came = claimed === undefined ? "a file without one" : JSON.stringify(claimed);
    const other = typeof claimed === "string" ? kinds.find(([begins]) => claimed.startsWith(begins))?.[1] : undefined;
    throw unfit(
      `expected a report of the schema ${reportSchema}; got ${came}${other === undefined ? "" : `, ${other}`}`,
    );
  }
  const problem = shapeProblem(content, schema);
  if (problem !== undefined) throw unfit(`it says that it is a report, and is not one: ${problem}`);
  const report = content as Report; // The schema is that of the type.
  try {
    const { groups, lateness, firstMessage, messageGap, connect } = report.histograms;
    for (const each of [lateness, firstMessage, messageGap, connect]) decodeHistogram(each);
    for (const { response, service } of groups) {
      decodeHistogram(response);
      decodeHistogram(service);
    }
  } catch (error) {
    throw unfit(`its histograms cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
  return report;
}

const kinds = [
  ["hey-loadgen-ab/", "a comparison by ab; the reports of its sides are in it, as a and b"],
  ["hey-loadgen-find-max/", "a search by find-max"],
  ["hey-loadgen-calibration/", "a calibration"],
  ["hey-loadgen/", "of another version of hey-loadgen: read it with that one"],
] as const;
