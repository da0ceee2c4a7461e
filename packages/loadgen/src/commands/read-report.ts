import { readFile } from "node:fs/promises";
import { ProgramError } from "@hey/runtime";
import { type Report, reportSchema } from "../report/report.ts";

/** Reads what `-O json` wrote. Rejects with a ProgramError of exit code 2 that says what was expected and what came. */
export async function readReport(path: string): Promise<Report> {
  let content: unknown;
  try {
    content = JSON.parse(await readFile(path, "utf8"));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ProgramError(`${path}: expected a report that -O json wrote: ${reason}`, { exitCode: 2 });
  }
  const schema = content !== null && typeof content === "object" && "schema" in content ? content.schema : undefined;
  if (schema !== reportSchema) {
    const came = schema === undefined ? "a file without one" : JSON.stringify(schema);
    throw new ProgramError(`${path}: expected a report of the schema ${reportSchema}; got ${came}`, { exitCode: 2 });
  }
  return content as Report; // The schema is the promise of its form.
}
