import type { Readable, Writable } from "node:stream";
import { readArguments } from "./arguments.ts";
import { ProgramError, SettingsError } from "./failures.ts";
import { renderHelp } from "./help.ts";
import { createLogger, type Logger, type LogLevel, logLevels } from "./logger.ts";
import { type Environment, parseSettings } from "./parse-settings.ts";
import type { ParsedSettings, ProgramSpec } from "./program-spec.ts";
import { choice, type Settings } from "./settings.ts";
import { createStopRule } from "./stop-rule.ts";

/** A stream that text is written to; on a terminal with its width. */
type Output = Writable & { readonly isTTY?: boolean; readonly columns?: number };

/** What a program has of the world. */
export interface Io {
  /** Aborted by SIGINT, SIGTERM or SIGHUP, and when the reader of stdout goes away; the reason's message says which. */
  readonly signal: AbortSignal;
  /** For results. */
  readonly stdout: Output;
  /** For eyes. */
  readonly stderr: Output;
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly env: Environment;
  readonly logger: Logger;
}

/** A program: what it takes, and what it does. */
export interface Program<S extends Settings> extends ProgramSpec<S> {
  /**
   * Resolves to the exit code if that is not 0. Rejects with a ProgramError for a failure whose message is all that the
   * user needs; to let the reason of the aborted signal escape is no failure.
   */
  run(settings: ParsedSettings<S>, io: Io): Promise<number | undefined> | Promise<void>;
}

const commonSettings = {
  logLevel: choice({
    choices: logLevels,
    flag: "log-level",
    env: "HEY_LOG_LEVEL",
    default: "info",
    placeholder: "LEVEL",
    help: `the least important lines to log: ${logLevels.join(", ")}`,
  }),
};

/** How long something that a library left open may keep a finished program from ending. */
const lingerMs = 2_000;

/**
 * Runs a program from its arguments to its exit code: 0 done, 1 failed, 2 wrong settings, or what run resolves to. The
 * first signal aborts `io.signal`; a second one ends the process at once, with 128 and the signal's number.
 */
export async function program<S extends Settings>(program: Program<S>): Promise<void> {
  const stop = new AbortController();
  let unwritten: Error | undefined;
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    // EPIPE: whoever reads has seen enough, as in `| head`.
    if (error.code !== "EPIPE") unwritten ??= error;
    stop.abort(new DOMException("stopped because stdout cannot be written to", "AbortError"));
  });
  process.stderr.on("error", () => {}); // Nobody is left to be told.

  let code = await start(program, stop);

  await new Promise<void>((resolve) => process.stdout.write("", () => resolve()));
  if (unwritten !== undefined) {
    process.stderr.write(`${program.name}: cannot write to stdout: ${unwritten.message}\n`);
    code ||= 1;
  }
  process.exitCode = code;
  setTimeout(() => process.exit(), lingerMs).unref();
}

async function start<S extends Settings>(program: Program<S>, stop: AbortController): Promise<number> {
  const { name } = program;
  const { env, stdout, stderr } = process;
  const argv = process.argv.slice(2);
  const spec = { ...program, settings: { ...program.settings, ...commonSettings } };
  if (readArguments(spec.settings, argv).help) {
    stdout.write(renderHelp(spec, stdout.columns ?? 100));
    return 0;
  }
  let settings: ParsedSettings<S & typeof commonSettings>;
  try {
    settings = parseSettings<S & typeof commonSettings>(spec, argv, env);
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    stderr.write(`${name}: ${error.message}\nSee ${name} --help\n`);
    return 2;
  }

  const pretty = stderr.isTTY === true;
  const logger = createLogger({
    name,
    level: settings.logLevel as LogLevel, // The compiler does not look through SettingsOf of an open S.
    destination: stderr,
    pretty,
    colour: pretty && !env["NO_COLOR"],
  });
  const crash = (error: unknown, event: string) => {
    logger.fatal({ event, err: error }, "ended by an error that nothing was waiting for");
    process.exit(1);
  };
  process.on("uncaughtException", (error) => crash(error, "uncaught-exception"));
  process.on("unhandledRejection", (reason) => crash(reason, "unhandled-rejection"));
  watchSignals(stop);

  const awake = setInterval(() => {}, 2 ** 30); // A run that waits for nothing but the signal is not done.
  try {
    const { signal } = stop;
    // Opened by those who read it.
    const io = {
      signal,
      stdout,
      stderr,
      env,
      logger,
      get stdin() {
        return process.stdin;
      },
    };
    return (await program.run(settings, io)) ?? 0;
  } catch (error) {
    if (isStop(error, stop.signal)) return 0;
    if (error instanceof ProgramError) {
      stderr.write(`${name}: ${error.message}\n`);
      return error.exitCode;
    }
    logger.fatal({ event: "failed", err: error }, "ended by an unexpected error");
    return 1;
  } finally {
    clearInterval(awake);
  }
}

function watchSignals(stop: AbortController): void {
  const decide = createStopRule();
  for (const [signal, signalNumber] of [
    ["SIGINT", 2],
    ["SIGTERM", 15],
    ["SIGHUP", 1],
  ] as const) {
    process.on(signal, () => {
      const action = decide(signal, performance.now());
      if (action === "drain") stop.abort(new DOMException(`stopped by ${signal}`, "AbortError"));
      if (action === "exit") process.exit(128 + signalNumber);
    });
  }
}

/** Whether an error is the signal's own reason, or what node: APIs make of it. */
function isStop(error: unknown, signal: AbortSignal): boolean {
  if (!signal.aborted) return false;
  return error === signal.reason || (error instanceof Error && error.cause === signal.reason);
}
