import type { Writable } from "node:stream";
import { type Logger, pino } from "pino";
import { prettyFactory } from "pino-pretty";

export type { Logger } from "pino";

/** The levels of a logger, from most to least said. */
export const logLevels = ["trace", "debug", "info", "warn", "error", "fatal", "silent"] as const;
export type LogLevel = (typeof logLevels)[number];

export interface LoggerOptions {
  /** The program's name, in every line. */
  readonly name: string;
  readonly level: LogLevel;
  readonly destination: Pick<Writable, "write">;
  /** For a terminal: one readable line instead of JSON. */
  readonly pretty: boolean;
  /** Colours on a terminal. Default: as `pretty`. */
  readonly colour?: boolean | undefined;
}

/**
 * A pino logger that writes each line before it returns: JSON with `level`, `time` (ISO 8601), `name` and the fields of
 * the event, or pretty. A bigint becomes a decimal string, an error its type, message and stack, at any depth.
 */
export function createLogger({ name, level, destination, pretty, colour = pretty }: LoggerOptions): Logger {
  const format = pretty
    ? prettyFactory({
        colorize: colour,
        translateTime: "SYS:HH:MM:ss.l",
        ignore: "name,event",
        singleLine: true,
        // The event stands for a message that is not there.
        messageFormat: (line, key) => String(line[key] ?? line["event"] ?? ""),
      })
    : undefined;
  const logger = pino(
    {
      level,
      base: { name },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    { write: (line: string) => destination.write(format?.(line) ?? line) },
  );
  // Children inherit it. pino's own would write a nested bigint as a number that readers round, and an error as {}.
  Object.assign(logger, { [pino.symbols.stringifySym]: stringify });
  return logger;
}

function stringify(value: unknown, fallback: (value: unknown) => string): string | undefined {
  try {
    return JSON.stringify(value, printable);
  } catch {
    return stringifyOdd(value, fallback);
  }
}

/** For circles, which pino's own can write, and for what throws when asked for its JSON. */
function stringifyOdd(value: unknown, fallback: (value: unknown) => string): string {
  try {
    return fallback(value);
  } catch {
    return '"[cannot be written]"';
  }
}

function printable(_key: string, value: unknown): unknown {
  if (typeof value === "bigint") return value.toString();
  return value instanceof Error ? pino.stdSerializers.err(value) : value;
}
