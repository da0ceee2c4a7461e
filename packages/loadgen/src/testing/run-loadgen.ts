import { PassThrough, Readable } from "node:stream";
import {
  createLogger,
  type Environment,
  type Io,
  type ParsedSettings,
  ProgramError,
  type ProgramSpec,
  parseSettings,
  type Settings,
  SettingsError,
} from "@hey/runtime";
import type { Report } from "../report/report.ts";
import { type Invocation, run } from "../run.ts";
import { positionals, settings, settingsChecks } from "../settings/settings.ts";

/** Of the process that the tests run in nothing is asked. */
const usage = { cpuUsage: () => ({ user: 0, system: 0 }), memoryUsage: { rss: () => 0 } };

/** What a run left behind. */
export interface Result {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly env?: Environment;
  readonly stdin?: string;
  /** Stops the run as a signal would. */
  readonly signal?: AbortSignal;
}

/** Runs hey-loadgen in this process, for tests; failures become exit codes and words as the program makes them. */
export async function runLoadgen(args: readonly string[], options: RunOptions = {}): Promise<Result> {
  const spec = { name: "hey-loadgen", summary: "", positionals, settings, checks: settingsChecks };
  const given = [...args, "--admin-grpc", "off"];
  return await runCommand(
    { ...spec, run: (parsed, io) => run(parsed, io, { ...invocation, argv: args }) },
    given,
    options,
  );
}

/** What a process knows of itself; of the one that the tests run in nothing is asked. */
export const invocation: Invocation = { argv: [], nodeVersion: "v24.0.0", usage };

/** The same for any command. */
export async function runCommand<S extends Settings>(
  command: ProgramSpec<S> & { run(given: ParsedSettings<S>, io: Io): Promise<number> },
  args: readonly string[],
  options: RunOptions = {},
): Promise<Result> {
  const { env = {}, stdin = "", signal = new AbortController().signal } = options;
  const [stdout, stderr] = [collect(), collect()];
  const logger = createLogger({ name: "hey-loadgen", level: "warn", destination: stderr.stream, pretty: false });
  const io: Io = { signal, stdout: stdout.stream, stderr: stderr.stream, stdin: Readable.from([stdin]), env, logger };
  let code: number;
  try {
    code = await command.run(parseSettings(command, args, env), io);
  } catch (error) {
    if (!(error instanceof ProgramError || error instanceof SettingsError)) throw error;
    stderr.stream.write(error.message);
    code = error instanceof ProgramError ? error.exitCode : 2;
  }
  return { code, stdout: stdout.text(), stderr: stderr.text() };
}

/** The same with the report as data. Fails when there is none. */
export async function report(args: readonly string[], options: RunOptions = {}): Promise<Report & { code: number }> {
  const { stdout, stderr, code } = await runLoadgen([...args, "-O", "json=-", "--quiet"], options);
  try {
    return { ...JSON.parse(stdout), code };
  } catch {
    throw new Error(`no report: ${stderr}`);
  }
}

function collect() {
  const chunks: Buffer[] = [];
  const stream = new PassThrough();
  stream.on("data", (chunk: Buffer) => chunks.push(chunk));
  return {
    stream,
    text() {
      for (let chunk = stream.read(); chunk !== null; chunk = stream.read()) chunks.push(chunk);
      return Buffer.concat(chunks).toString();
    },
  };
}
