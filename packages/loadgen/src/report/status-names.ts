import { unexpectedCode } from "../drive/engine.ts";

const names = [
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

/** The name of a gRPC status code, or `UNEXPECTED` for calls whose answers were not as expected. */
export function statusName(code: number): string {
  if (code === unexpectedCode) return unexpectedName;
  return names[code] ?? `CODE_${code}`;
}

/** The code of a name that `statusName` gave. */
export function statusCode(name: string): number {
  if (name === unexpectedName) return unexpectedCode;
  const code = names.indexOf(name);
  return code >= 0 ? code : Number(name.replace("CODE_", ""));
}
