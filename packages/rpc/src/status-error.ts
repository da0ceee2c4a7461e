import type { status } from "@grpc/grpc-js";

/** One detail of a failed call, as google.rpc defines them. `other` is a detail of a type this system does not know. */
export type ErrorDetail =
  | { readonly kind: "badRequest"; readonly violations: readonly FieldViolation[] }
  | {
      readonly kind: "errorInfo";
      readonly reason: string;
      readonly domain: string;
      readonly metadata: Readonly<Record<string, string>>;
    }
  | { readonly kind: "retryInfo"; readonly delayMs: number }
  | { readonly kind: "other"; readonly typeUrl: string; readonly value: Uint8Array };

/** A wrong field of a request: its path, and what was expected and what came. */
export interface FieldViolation {
  readonly field: string;
  readonly description: string;
}

/**
 * A failure that was to be expected: the gRPC status code, words for a developer, and details for programs. It is what
 * handlers throw and what calls reject with; anything else thrown is a bug.
 */
export class StatusError extends Error {
  override readonly name = "StatusError";
  readonly code: status;
  readonly details: readonly ErrorDetail[];

  constructor(
    code: status,
    message: string,
    details: readonly ErrorDetail[] = [],
    options: { readonly cause?: unknown } = {},
  ) {
    super(message, options);
    this.code = code;
    this.details = details;
  }
}
