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

/** The name of a gRPC status code. */
export function statusName(code: number): string {
  return names[code] ?? `CODE_${code}`;
}

/** The code of a name that `statusName` gave. */
export function statusCode(name: string): number {
  const code = names.indexOf(name);
  return code >= 0 ? code : Number(name.replace("CODE_", ""));
}
