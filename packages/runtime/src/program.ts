import type { Readable, Writable } from "node:stream";
import { readArguments } from "./arguments.ts";
import { ProgramError, SettingsError } from "./failures.ts";
import { renderHelp } from "./help.ts";
import { createLogger, type Logger, logLevels } from "./logger.ts";
import { type Environment, parseSettings } from "./parse-settings.ts";
import type { ParsedSettings, ProgramSpec } from "./program-spec.ts";
import { choice, type Settings } from "./settings.ts";

/** A stream that text is written to; on a terminal with its width. */
export type Output = Writable & { readonly isTTY?: boolean; readonly columns?: number };

/** What a program has of the world. */
export interface Io {
  /** Aborted by SIGINT or SIGTERM, and when the reader of stdout goes away; the reason's message says which. */
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
  /** Resolves to the exit code if that is not 0. Rejects with a ProgramError for a failure that was to be expected. */
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

const signalNumbers = { SIGINT: 2, SIGTERM: 15 } as const;
type SignalName = keyof typeof signalNumbers;

/** A terminal's Ctrl-C reaches every process in the foreground, and npm passes its own on: that is one Ctrl-C, not two. */
const sameCtrlCMs = 300;
/** How long what a library left open may keep a program that is done from ending. */
const lingerMs = 2_000;

/**
 * Runs a program from its settings to its exit code: 0 done, 1 failed, 2 wrong settings, or what run resolves to. The
 * first signal aborts `io.signal`; a second one ends the process at once, with 128 and the signal's number.
 */
export async function program<S extends Settings>(program: Program<S>): Promise<void> {
  const spec = { ...program, settings: { ...program.settings, ...commonSettings } };
  const argv = process.argv.slice(2);
  const stop = new AbortController();
  let broken: ProgramError | undefined;
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") broken ??= new ProgramError(`cannot write to stdout: ${error.message}`);
    stop.abort(new DOMException("stdout was closed", "AbortError"));
  });
  process.stderr.on("error", () => {}); // Nobody is left to be told.

  if (readArguments(spec.settings, argv).help) {
    process.stdout.write(renderHelp(spec as unknown as ProgramSpec<Settings>, process.stdout.columns ?? 100));
    return;
  }
  let settings: ParsedSettings<S & typeof commonSettings>;
  try {
    settings = parseSettings(spec as unknown as ProgramSpec<S & typeof commonSettings>, argv, process.env);
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    process.stderr.write(`${program.name}: ${error.message}\nTry ${program.name} --help\n`);
    process.exitCode = 2;
    return;
  }

  const pretty = process.stderr.isTTY === true;
  const logger = createLogger({
    name: program.name,
    level: settings.logLevel as "info",
    destination: process.stderr,
    pretty,
    colour: pretty && !process.env["NO_COLOR"],
  });
  const crash = (error: unknown, event: string) => {
    logger.fatal({ event, err: error }, "a bug");
    process.exit(1);
  };
  process.on("uncaughtException", (error) => crash(error, "uncaught-exception"));
  process.on("unhandledRejection", (reason) => crash(reason, "unhandled-rejection"));
  watchSignals(stop);

  const awake = setInterval(() => {}, 2 ** 30); // A run that waits for nothing but the signal is not done.
  try {
    const { stdout, stderr, stdin, env } = process;
    const code = await program.run(settings, { signal: stop.signal, stdout, stderr, stdin, env, logger });
    process.exitCode = code ?? 0;
    if (broken !== undefined) throw broken;
  } catch (error) {
    process.exitCode = report(error, program.name, logger, stop.signal);
  } finally {
    clearInterval(awake);
  }
  await new Promise<void>((resolve) => process.stdout.write("", () => resolve()));
  setTimeout(() => {
    logger.debug({ event: "left-open", resources: process.getActiveResourcesInfo() }, "ended with something left open");
    process.exit();
  }, lingerMs).unref();
}

function watchSignals(stop: AbortController): void {
  let first: { readonly name: SignalName; readonly atMs: number } | undefined;
  const onSignal = (name: SignalName) => {
    const nowMs = performance.now();
    if (first === undefined) {
      first = { name, atMs: nowMs };
      stop.abort(new DOMException(`stopped by ${name}`, "AbortError"));
    } else if (name !== "SIGINT" || first.name !== "SIGINT" || nowMs - first.atMs > sameCtrlCMs) {
      process.exit(128 + signalNumbers[name]);
    }
  };
  process.on("SIGINT", onSignal);
  process.on("SIGTERM", onSignal);
}

function report(error: unknown, name: string, logger: Logger, signal: AbortSignal): number {
  if (signal.aborted && error === signal.reason) return 0; // It stopped because it was told to.
  if (error instanceof ProgramError) {
    process.stderr.write(`${name}: ${error.message}\n`);
    return error.exitCode;
  }
  logger.fatal({ event: "failed", err: error }, "a bug");
  return 1;
}
