import type { PortKind } from "./lineup.ts";

/** A port that a program has opened. */
export interface OpenedPort {
  readonly kind: PortKind;
  /** ip:port */
  readonly address: string;
}

/** What a "listening" event says; undefined for any other line. */
export function readOpenedPort(line: string): OpenedPort | undefined {
  const event = readEvent(line);
  if (event?.["event"] !== "listening") return undefined;
  // The kinds are the programs' own, and all of them are listed in PortKind.
  return { kind: event["kind"] as PortKind, address: String(event["address"]) };
}

/** A line of a log for people: of an event its level and words, and the message of its error. */
export function readable(line: string): string {
  const event = readEvent(line);
  if (event === undefined) return line;
  const error = event["err"] as { readonly message?: string } | undefined;
  return `${event["level"]}: ${event["msg"]}${error?.message === undefined ? "" : `: ${error.message}`}`;
}

function readEvent(line: string): Readonly<Record<string, unknown>> | undefined {
  if (!line.startsWith("{")) return undefined;
  try {
    return JSON.parse(line);
  } catch {
    return undefined; // Words that happen to begin with a brace.
  }
}
