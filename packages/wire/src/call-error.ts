import type { Metadata } from "./grpc/metadata.ts";
import { statusName } from "./grpc/status.ts";

/** A call ended with a status other than OK. */
export class CallError extends Error {
  /** The gRPC status code. */
  readonly code: number;
  readonly details: string;
  readonly trailers: Metadata;
  /** The server has not seen the call. */
  readonly retrySafe: boolean;

  constructor(end: { code: number; details: string; trailers?: Metadata; retrySafe?: boolean; cause?: unknown }) {
    super(`${statusName(end.code)}: ${end.details}`, "cause" in end ? { cause: end.cause } : undefined);
    this.name = "CallError";
    this.code = end.code;
    this.details = end.details;
    this.trailers = end.trailers ?? [];
    this.retrySafe = end.retrySafe ?? false;
  }
}
