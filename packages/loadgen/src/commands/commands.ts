import { resolve } from "node:path";
import { flag, type Io, list, type ParsedSettings, ProgramError, type ProgramSpec } from "@hey/runtime";
import { sidesFormats } from "../ab/show-sides.ts";
import { searchFormats } from "../find-max/show-search.ts";
import { type Formats, openOutputsOf, outputProblem, printersOf, reportFormats } from "../report/outputs.ts";
import { prefixed } from "../settings/problem.ts";
import { mergeReports } from "./merge.ts";
import { readReport, readResult } from "./read-result.ts";

const settings = {
  output: list({
    flag: "output",
    short: "O",
    default: [],
    placeholder: "FORMAT=PATH",
    help: "write the report as text, json, html, ndjson, csv, junit, prometheus, hdr or ghz; PATH -: to stdout; several at once",
  }),
  quiet: flag({ flag: "quiet", short: "q", default: false, help: "print no summary" }),
};

type CommandSettings = ParsedSettings<typeof settings>;

/** A command beside the run itself: makes a report of those that are there already. */
export interface Command extends ProgramSpec<typeof settings> {
  run(given: CommandSettings, io: Io): Promise<number>;
}

const checks = [({ output }: CommandSettings) => output.flatMap((each) => prefixed("--output", outputProblem(each)))];

const files = { name: "REPORT.json", help: "what -O json wrote", max: Number.POSITIVE_INFINITY };

/** The commands by name. */
export const commands: Readonly<Record<string, Command>> = {
  merge: {
    name: "hey-loadgen merge",
    summary: "Makes one report of several, as one recording would have given it: nothing is averaged.",
    positionals: { ...files, min: 1 },
    settings,
    checks,
    async run(given, io) {
      const paths = given.positionals;
      const twice = paths.find((path, index) => paths.slice(0, index).some((each) => resolve(each) === resolve(path)));
      if (twice !== undefined) {
        throw new ProgramError(`${twice}: expected each report once; its calls would count twice`, { exitCode: 2 });
      }
      const { run, ...others } = mergeReports(await Promise.all(paths.map(readReport)));
      const report = { ...others, run: { ...run, command: [...run.command, ...paths] } };
      return await publish(report, reportFormats, { given, io });
    },
  },
  report: {
    name: "hey-loadgen report",
    summary: "Prints a report that is there already, of a run, of ab or of find-max, or writes it in other forms.",
    positionals: { ...files, min: 1, max: 1 },
    settings,
    checks,
    async run(given, io) {
      const read = await readResult(given.positionals[0] ?? "");
      switch (read.kind) {
        case "run":
          return await publish(read.result, reportFormats, { given, io });
        case "ab":
          return await publish(read.result, sidesFormats, { given, io });
        case "find-max":
          return await publish(read.result, searchFormats, { given, io });
      }
    },
  },
};

interface Occasion {
  readonly given: CommandSettings;
  readonly io: Io;
}

/** Prints a result and writes it where it was asked for. Rejects with exit code 2 when it has no such form. */
async function publish<T>(result: T, formats: Formats<T>, { given, io }: Occasion): Promise<number> {
  const print = printersOf(io);
  const unfit = given.output.flatMap((each) => prefixed("--output", outputProblem(each, formats)));
  if (unfit.length > 0) throw new ProgramError(unfit.join("\n"), { exitCode: 2 });
  const outputs = await openOutputsOf(given.output, formats);
  if (!given.quiet) await (outputs.takesStdout ? print.stderr : print.stdout)(formats.text(result));
  const problems = await outputs.write(result, print);
  for (const problem of problems) await print.stderr(`hey-loadgen: ${problem}\n`);
  return problems.length > 0 ? 1 : 0;
}
