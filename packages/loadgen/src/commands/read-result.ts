import { readFile } from "node:fs/promises";
import { ProgramError } from "@hey/runtime";
import ab from "#ab-schema" with { type: "json" };
import findMax from "#find-max-schema" with { type: "json" };
import run from "#report-schema" with { type: "json" };
import { type AbReport, abSchema } from "../ab/ab-report.ts";
import { type FindMaxReport, findMaxSchema } from "../find-max/find-max-report.ts";
import { decodeHistogram } from "../record/hdr.ts";
import { type Report, reportSchema } from "../report/report.ts";
import { type Shape, shapeProblem } from "./check-shape.ts";

/** What a file with a result holds. */
export type Result =
  | { readonly kind: "run"; readonly result: Report }
  | { readonly kind: "ab"; readonly result: AbReport }
  | { readonly kind: "find-max"; readonly result: FindMaxReport };

/**
 * Reads what `-O json` wrote, of a run, of ab or of find-max. Rejects with a ProgramError of exit code 2 that says what was
 * expected and what came.
 */
export async function readResult(path: string): Promise<Result> {
  const { content, claimed } = await read(path);
  switch (claimed) {
    case abSchema: {
      const result = checked<AbReport>(path, content, ab);
      for (const side of [result.a, result.b]) checkHistograms(path, side);
      return { kind: "ab", result: { ...result, a: complete(result.a), b: complete(result.b) } };
    }
    case findMaxSchema:
      return { kind: "find-max", result: checked<FindMaxReport>(path, content, findMax) };
    case reportSchema:
      return { kind: "run", result: await readReport(path) };
    default:
      throw unfit(path, otherSchema(`${reportSchema}, ${abSchema} or ${findMaxSchema}`, claimed));
  }
}

/** The same for the report of a run alone. */
export async function readReport(path: string): Promise<Report> {
  const { content, claimed } = await read(path);
  if (claimed !== reportSchema) {
    throw unfit(path, otherSchema(reportSchema, claimed));
  }
  const report = checked<Report>(path, content, run);
  checkHistograms(path, report);
  return complete(report);
}

/** What has come to the schema since its first reports, by its default. */
function complete(report: Report): Report {
  return { ...report, run: { ...report.run, failOnSaturation: report.run.failOnSaturation ?? false } };
}

const kinds = [
  ["hey-loadgen-ab/", "a comparison by ab; the reports of its sides are in it, as a and b"],
  ["hey-loadgen-find-max/", "a search by find-max"],
  ["hey-loadgen-calibration/", "a calibration"],
  ["hey-loadgen/", "of another version of hey-loadgen: read it with that one"],
] as const;

function otherSchema(expected: string, claimed: unknown): string {
  const came = claimed === undefined ? "a file without one" : JSON.stringify(claimed);
  const other = typeof claimed === "string" ? kinds.find(([begins]) => claimed.startsWith(begins))?.[1] : undefined;
  return `expected a report of the schema ${expected}; got ${came}${other === undefined ? "" : `, ${other}`}`;
}

/** A file's content, and the schema that it says it has. */
async function read(path: string): Promise<{ readonly content: unknown; readonly claimed: unknown }> {
  try {
    const content: unknown = JSON.parse(await readFile(path, "utf8"));
    const claimed = content !== null && typeof content === "object" && "schema" in content ? content.schema : undefined;
    return { content, claimed };
  } catch (error) {
    throw unfit(path, `expected a report that -O json wrote: ${words(error)}`);
  }
}

/** `T` is the type that the schema describes. */
function checked<T>(path: string, content: unknown, schema: Shape): T {
  const problem = shapeProblem(content, schema, [run]);
  if (problem !== undefined) throw unfit(path, `it says that it is a report, and is not one: ${problem}`);
  return content as T; // The schema is that of the type.
}

function checkHistograms(path: string, { histograms }: Report): void {
  try {
    const { encoding: _encoding, unit: _unit, groups, ...others } = histograms;
    for (const each of Object.values(others)) decodeHistogram(each);
    for (const { response, service } of groups) {
      decodeHistogram(response);
      decodeHistogram(service);
    }
  } catch (error) {
    throw unfit(path, `its histograms cannot be read: ${words(error)}`);
  }
}

function unfit(path: string, problem: string): ProgramError {
  return new ProgramError(`${path}: ${problem}`, { exitCode: 2 });
}

function words(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
