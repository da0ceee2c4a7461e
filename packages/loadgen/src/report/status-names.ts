import { expectedCode, isGood, statusOf, unexpectedCode } from "../drive/engine.ts";

/** The names of gRPC's status codes, each at the place of its number. */
export const statusNames: readonly string[] = [
  "OK",
  "CANCELLED",
  "UNKNOWN",
  "INVALID_ARGUMENT",
  "DEADLINE_EXCEEDED",
  "NOT_FOUND",
  "ALREADY_EXISTS",
  "PERMISSION_DENIED",
  "RESOURCE_EXHAUSTED",
  "FAILED_PRECONDITION",
  "ABORTED",
  "OUT_OF_RANGE",
  "UNIMPLEMENTED",
  "INTERNAL",
  "UNAVAILABLE",
  "DATA_LOSS",
  "UNAUTHENTICATED",
];

const unexpectedName = "UNEXPECTED";
const expectedPrefix = "EXPECTED_";

/**
 * The name of a gRPC status code, `UNEXPECTED` for calls whose answers were not as expected, or such as
 * `EXPECTED_NOT_FOUND` for calls that were expected to fail so.
 */
export function statusName(code: number): string {
  if (code === unexpectedCode) return unexpectedName;
  const status = statusOf(code);
  return `${status === code ? "" : expectedPrefix}${statusNames[status] ?? `CODE_${status}`}`;
}

/** The code of a name that `statusName` gave. */
export function statusCode(name: string): number {
  if (name === unexpectedName) return unexpectedCode;
  if (name.startsWith(expectedPrefix)) return expectedCode(statusCode(name.slice(expectedPrefix.length)));
  const code = statusNames.indexOf(name);
  return code >= 0 ? code : Number(name.replace("CODE_", ""));
}

/** How many of the calls, counted by the names of their codes, were not good. */
export function failedCalls(codes: Readonly<Record<string, number>>): number {
  return Object.entries(codes).reduce((sum, [name, count]) => sum + (isGood(statusCode(name)) ? 0 : count), 0);
}
