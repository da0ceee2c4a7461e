import { status } from "@grpc/grpc-js";
import { type FieldViolation, StatusError } from "@hey/rpc";

/** Throws INVALID_ARGUMENT naming every wrong field, in its words and in BadRequest details; does nothing if none is. */
export function refuse(violations: readonly FieldViolation[]): void {
  if (violations.length === 0) return;
  const words = violations.map(({ field, description }) => `${field}: ${description}`).join("; ");
  throw new StatusError(status.INVALID_ARGUMENT, words, [{ kind: "badRequest", violations }]);
}

/** What is wrong with a number that must lie within bounds, both included; the unit is for the words only. */
export function outsideOf<N extends number | bigint>(
  field: string,
  came: N,
  bounds: { readonly min: N; readonly max: N; readonly unit?: string },
): readonly FieldViolation[] {
  if (came >= bounds.min && came <= bounds.max) return [];
  const unit = bounds.unit === undefined ? "" : ` ${bounds.unit}`;
  return [{ field, description: `expected ${bounds.min} to ${bounds.max}${unit}, came ${came}` }];
}

/** UNAVAILABLE, as of a server in trouble: the caller wanted to see what becomes of it. */
export function failedAsAsked(failPercent: number): StatusError {
  return new StatusError(status.UNAVAILABLE, `failed as asked for: fail_percent is ${failPercent}`);
}

const longestId = 128;

/** What is wrong with the name of a conversation: 1 to 128 characters. */
export function badId(field: string, came: string): readonly FieldViolation[] {
  if (came.length > 0 && came.length <= longestId) return [];
  const length = came.length === 0 ? "none" : `${came.length}`;
  return [{ field, description: `expected 1 to ${longestId} characters, came ${length}` }];
}

/** What is wrong with a field that must be the same in every message of a stream. */
export function changed<V extends string | bigint>(field: string, first: V, came: V): readonly FieldViolation[] {
  if (came === first) return [];
  return [{ field, description: `expected the first message's ${JSON.stringify(`${first}`)}, came "${came}"` }];
}

/**
 * OUT_OF_RANGE: a sequence number from the future. `expected` is the highest that can be asked for now; ErrorInfo
 * carries both numbers, so that a program can go back to it.
 */
export function sequenceAhead(
  field: string,
  numbers: { readonly expected: bigint; readonly came: bigint },
): StatusError {
  const { expected, came } = numbers;
  return new StatusError(status.OUT_OF_RANGE, `${field}: expected at most ${expected}, came ${came}`, [
    {
      kind: "errorInfo",
      reason: "SEQUENCE_AHEAD",
      domain: "heyhow",
      metadata: { field, expected: `${expected}`, came: `${came}` },
    },
  ]);
}
