import { randomUUID } from "node:crypto";
import { type FileHandle, open, rename, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { isatty } from "node:tty";
import { type Io, ProgramError } from "@hey/runtime";
import { toCsv } from "../formats/csv.ts";
import { toGhz } from "../formats/ghz.ts";
import { toHgrm } from "../formats/hgrm.ts";
import { toHtml } from "../formats/html.ts";
import { toJunit } from "../formats/junit.ts";
import { toNdjson } from "../formats/ndjson.ts";
import { toPrometheus } from "../formats/prometheus.ts";
import { printReport } from "./print.ts";
import type { Report } from "./report.ts";

/** The forms that a result can be written in, by the name of each. */
export type Formats<T> = Readonly<Record<string, (result: T) => string>> & {
  text(result: T): string;
  json(result: T): string;
};

/** Those of a run. */
export const reportFormats: Formats<Report> = {
  text: printReport,
  json: (report) => `${JSON.stringify(report)}\n`,
  html: toHtml,
  ndjson: toNdjson,
  csv: toCsv,
  junit: toJunit,
  prometheus: toPrometheus,
  hdr: toHgrm,
  ghz: toGhz,
};

/** A report that is to be written: as what, and where to (`-`: to stdout). */
interface OutputRequest {
  readonly format: string;
  readonly path: string;
}

/** What is wrong with the value of an `-O`; undefined for a good one. */
export function outputProblem(text: string, formats: Formats<never> = reportFormats): string | undefined {
  const { format, path } = parseOutput(text);
  const known = Object.keys(formats);
  if (path !== "" && known.includes(format)) return undefined;
  return `expected FORMAT=PATH with a format of ${known.join(", ")}; got ${JSON.stringify(text)}`;
}

function parseOutput(text: string): OutputRequest {
  const [, format = text, path = ""] = /^(\w+)=(.+)$/s.exec(text) ?? [];
  return { format, path };
}

/** What writes to a program's streams; resolves when the text is handed over. */
export interface Printers {
  stdout(text: string): Promise<void>;
  stderr(text: string): Promise<void>;
}

/** Those of a program. */
export function printersOf({ stdout, stderr }: Pick<Io, "stdout" | "stderr">): Printers {
  const to = (stream: NodeJS.WritableStream) => (text: string) =>
    new Promise<void>((done) => stream.write(text, () => done()));
  return { stdout: to(stdout), stderr: to(stderr) };
}

/** Where the reports of a run go. */
export interface Outputs<T = Report> {
  /** Whether one of them is stdout itself. */
  readonly takesStdout: boolean;
  /**
   * Writes them all. Returns what could not be written, in words; what was recorded is not lost by that: it is kept among
   * the temporary files, or, where these cannot be written either, printed as JSON.
   */
  write(result: T, print: Printers): Promise<readonly string[]>;
  /** Leaves the files as they were before the run. */
  abandon(): Promise<void>;
}

interface OpenOutput extends OutputRequest {
  readonly file: FileHandle | undefined;
  /** Written first and then renamed, so that no report is ever half there; undefined for what is no plain file. */
  readonly unfinished: string | undefined;
}

/** More than most reports have: what the disk must have room for before the run. */
const probeBytes = 256 * 1024;

/** Opens the files of a run's report: see `openOutputsOf`. */
export async function openOutputs(texts: readonly string[]): Promise<Outputs> {
  return await openOutputsOf(texts, reportFormats);
}

/**
 * Opens every file before the run. Rejects with a ProgramError of exit code 2 when one cannot be written, or its disk has
 * no room.
 */
export async function openOutputsOf<T>(texts: readonly string[], formats: Formats<T>): Promise<Outputs<T>> {
  const outputs: OpenOutput[] = [];
  const abandon = async () => {
    for (const { file, unfinished } of outputs) {
      await file?.close().catch(() => {});
      if (unfinished !== undefined) await rm(unfinished, { force: true });
    }
  };
  try {
    refuseSharedPlaces(texts.map(parseOutput));
    for (const text of texts) outputs.push(await openOutput(parseOutput(text)));
  } catch (error) {
    await abandon();
    throw error;
  }
  const takesStdout = outputs.some(({ path }) => path === "-");
  return {
    takesStdout,
    abandon,
    async write(result, { stdout, stderr }) {
      const problems: string[] = [];
      let homeless = false;
      for (const output of outputs) {
        const text = formats[output.format]?.(result) ?? "";
        if (output.path === "-") await stdout(text);
        else {
          try {
            await finish(output, text);
          } catch (error) {
            const { problem, kept } = await rescue(output, text, error);
            problems.push(problem);
            homeless ||= !kept;
          }
        }
      }
      if (homeless) {
        await (takesStdout ? stderr : stdout)(formats.json(result));
        problems.push(
          "the result is printed above as a line of JSON, of which hey-loadgen report makes every other form",
        );
      }
      return problems;
    },
  };
}

/** Throws a ProgramError when two reports are to go to one place. Devices take any number of them. */
function refuseSharedPlaces(requests: readonly OutputRequest[]): void {
  const firsts = new Map<string, OutputRequest>();
  for (const request of requests) {
    const { format, path } = request;
    const place = path === "-" ? path : resolve(path);
    const first = firsts.get(place);
    if (first !== undefined && !place.startsWith("/dev/")) {
      const both = `${first.format}=${first.path} and ${format}=${path}`;
      throw new ProgramError(`--output: expected a place for each report; got one for two: ${both}`, { exitCode: 2 });
    }
    firsts.set(place, request);
  }
}

async function openOutput(request: OutputRequest): Promise<OpenOutput> {
  const { format, path } = request;
  if (path === "-") return { ...request, file: undefined, unfinished: undefined };
  let unfinished: string | undefined;
  let file: FileHandle | undefined;
  try {
    const there = await stat(path).catch(() => undefined);
    if (there === undefined || there.isFile()) unfinished = `${path}.unfinished`;
    else if (there.isDirectory()) throw new Error("it is a directory");
    file = await open(unfinished ?? path, "w");
    // Devices take the probe too, such as /dev/full; pipes and terminals would hand it on to somebody.
    if (unfinished !== undefined || (there?.isCharacterDevice() === true && !isatty(file.fd))) {
      await writeAll(file, Buffer.alloc(probeBytes), unfinished !== undefined);
      if (unfinished !== undefined) await file.truncate(0);
    }
    return { ...request, file, unfinished };
  } catch (error) {
    await file?.close().catch(() => {});
    if (unfinished !== undefined) await rm(unfinished, { force: true }).catch(() => {});
    throw new ProgramError(`--output: expected a place that can be written to; ${format}=${path}: ${explain(error)}`, {
      exitCode: 2,
      cause: error,
    });
  }
}

/** A disk that has room for a part takes that part without an error; only the next write is refused. */
async function writeAll(file: FileHandle, bytes: Buffer, fromStart: boolean): Promise<void> {
  for (let at = 0; at < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, at, bytes.length - at, fromStart ? at : null);
    at += bytesWritten;
  }
}

async function finish({ file, path, unfinished }: OpenOutput, text: string): Promise<void> {
  try {
    await writeAll(file as FileHandle, Buffer.from(text), unfinished !== undefined);
  } finally {
    await file?.close();
  }
  if (unfinished !== undefined) await rename(unfinished, path);
}

/** A report that its place did not take is kept where there is room. */
async function rescue(
  { format, path, unfinished }: OpenOutput,
  text: string,
  error: unknown,
): Promise<{ readonly problem: string; readonly kept: boolean }> {
  if (unfinished !== undefined) await rm(unfinished, { force: true }).catch(() => {});
  const problem = `cannot write ${format} to ${path}: ${explain(error)}`;
  const elsewhere = join(tmpdir(), `hey-loadgen-${randomUUID()}.${format}`);
  try {
    await writeFile(elsewhere, text, { flag: "wx" });
    return { problem: `${problem}; it is kept in ${elsewhere}`, kept: true };
  } catch {
    return { problem: `${problem}; nor can it be kept in ${tmpdir()}`, kept: false };
  }
}

function explain(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "ENOSPC") return "the disk is full";
  if (code === "EROFS") return "the disk is read-only";
  if (code === "EACCES" || code === "EPERM") return "this user may not write there";
  if (code === "ENOENT") return "its directory does not exist";
  return error instanceof Error ? error.message : String(error);
}
